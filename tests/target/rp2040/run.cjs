// SPDX-License-Identifier: MIT
//
// run.cjs FOLDER PROGRAM: run an ELF program on an RP2040 that rp2040js emulates; FOLDER is where it
// is installed. Semihosting (BKPT 0xAB): print, exit, and 0x100, of the numbers left to users: start
// core 1 with the program counter and stack pointer at the argument.
//
// rp2040js has one core. Core 1 is a second object of its class on the same memory and peripherals,
// and the two take turns, some instructions each by a pseudo-random number, so that every run is the
// same. Core 1 gets no interrupts.
'use strict'

const fs = require('fs')
const path = require('path')
const [folder, program] = process.argv.slice(2)
const library = path.join(folder, 'node_modules', 'rp2040js')
const part = (name) => require(path.join(library, 'dist', 'cjs', name))
const { RP2040 } = require(library)
const { CortexM0Core } = part('cortex-m0-core.js')
const { SimulationClock } = part('clock/simulation-clock.js')

const FLASH = 0x10000000
const CYCLE_NANOSECONDS = 8 // 125 MHz
const CPUID = 0

const clock = new SimulationClock()
const chip = new RP2040(clock)
const cores = [chip.core]

function loadProgram() {
  const elf = fs.readFileSync(program)
  if (elf.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${program}: no ELF file`)
  const headers = elf.readUInt32LE(28)
  for (let i = 0; i < elf.readUInt16LE(44); i++) {
    const at = headers + i * elf.readUInt16LE(42)
    const [type, offset, , physical, size] = [0, 4, 8, 12, 16].map((o) => elf.readUInt32LE(at + o))
    if (type !== 1 || size === 0) continue
    if (physical < FLASH || physical - FLASH + size > chip.flash.length)
      throw new Error(`${program}: ${physical.toString(16)} is not in flash`)
    chip.flash.set(elf.subarray(offset, offset + size), physical - FLASH)
  }
}

function stop(status) {
  process.exitCode = status
  cores.length = 0
}

function startCore1(block) {
  const core = new CortexM0Core(chip)
  core.VTOR = FLASH
  core.PC = (chip.readUint32(block) & ~1) >>> 0
  core.SP = chip.readUint32(block + 4)
  cores.push(core)
}

function semihost(core) {
  const [operation, argument] = core.registers
  if (operation === 0x04) {
    let text = ''
    for (let at = argument; chip.readUint8(at) !== 0; at++)
      text += String.fromCharCode(chip.readUint8(at))
    fs.writeSync(1, text)
  } else if (operation === 0x20) {
    stop(chip.readUint32(argument + 4))
  } else if (operation === 0x100) {
    startCore1(argument)
  } else {
    fault(core, `unknown semihosting call ${operation}`)
  }
}

// rp2040js has no HardFault: what would be one ends here.
function fault(core, what) {
  const names = [...Array(13).keys()].map((i) => `r${i}`).concat('sp', 'lr', 'pc')
  const lines = names.map((name, i) => `  ${name} ${core.registers[i].toString(16)}\n`)
  fs.writeSync(1, `\nFAULT: ${what}, core ${cores.indexOf(core)}\n${lines.join('')}`)
  stop(3)
}

chip.logger = {
  debug() {},
  info() {},
  warn: (who, text) => fault(chip.core, text),
  error: (who, text) => fault(chip.core, text),
}
chip.onBreak = (code) => (code === 0xab ? semihost(chip.core) : fault(chip.core, `udf ${code}`))
const readSio = chip.sio.readUint32.bind(chip.sio)
chip.sio.readUint32 = (offset) =>
  offset === CPUID ? cores.indexOf(chip.core) : readSio(offset)

function runAlone(core) {
  while (cores.length === 1) clock.tick(core.executeInstruction() * CYCLE_NANOSECONDS)
}

// Both cores in turns, 1 to 16 instructions each. Time, SysTick and interrupts are the first one's.
function runTogether(first, second) {
  let random = 1
  for (let core = first; cores.length === 2; core = core === first ? second : first) {
    chip.core = core
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0
    for (let turns = 1 + (random >>> 28); turns > 0 && cores.length === 2; turns--) {
      const cycles = core.executeInstruction()
      if (core === first) clock.tick(cycles * CYCLE_NANOSECONDS)
    }
  }
}

loadProgram()
const first = cores[0]
first.VTOR = FLASH
first.reset()
runAlone(first)
if (cores.length === 2) runTogether(...cores)
