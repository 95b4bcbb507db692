# SPDX-License-Identifier: MIT
# The front door. `make help` lists what there is; the work is done by CMake and by scripts/.

.DEFAULT_GOAL := help
.PHONY: help demo build install release preload test qemu targets rust-board bench bench-check \
    bench-accept bench-worst bounds size fuzz docs format clean

help: ## List the targets
	@echo "capheap $$(cat VERSION). Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
	    awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

demo: ## Four real programs on a simulated ESP32 with 4 MB of PSRAM: where every byte goes
	@scripts/demo

build: ## Build the library and the command capheap into build/release
	@scripts/setup demo
	@mkdir -p build/release
	@{ cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCAPHEAP_BUILD_TESTS=OFF && \
	    cmake --build build/release; } >build/release/log 2>&1 || { cat build/release/log; exit 1; }

install: build ## Install library, headers, package files and command: PREFIX=/usr/local, DESTDIR=
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(or $(PREFIX),/usr/local)"

release: ## Write the one-file release and the Arduino library into build/release-files
	@scripts/release build/release-files

preload: ## Build libcapheap_malloc.so: LD_PRELOAD=build/release/libcapheap_malloc.so PROGRAM
	@scripts/setup demo
	@cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCAPHEAP_BUILD_TESTS=OFF \
	    >/dev/null
	@cmake --build build/release --target capheap_malloc

test: ## Build and run all tests: gcc and clang, 64 and 32 bit, sanitizers, bare chips
	@scripts/setup test
	@scripts/test $(TESTS)

qemu: ## Run the tests on one emulated board: make qemu BOARD=mps2-an385 (docs/targets.md)
	@scripts/setup targets $(filter rp2040,$(BOARD))
	@scripts/targets $(or $(BOARD),mps2-an385)

targets: ## Run the tests on all emulated boards and print a table
	@scripts/setup targets rp2040
	@scripts/targets

rust-board: ## Run a firmware of the Rust crate on an emulated Cortex-M3 (minutes, the first time)
	@scripts/setup rust-board
	@scripts/rust-board

bench: ## Measure memory, instructions and size, ours beside Debian's C libraries (minutes)
	@scripts/setup bench
	@bench/bench.py run

bench-check: ## Fail if a figure of ours is worse than the accepted one by more than 1 %
	@scripts/setup bench
	@bench/bench.py check

bench-accept: ## Accept what is measured now: bench/results, the plot, the table in README
	@scripts/setup bench
	@bench/bench.py accept

bench-worst: ## Search for slow calls; SEED=1, ROUNDS=16000, POOL=65536
	@scripts/setup bench
	@bench/bench.py worst $(or $(SEED),1) $(or $(ROUNDS),16000) $(or $(POOL),65536)

bounds: ## Upper bounds of instructions and stack per call, from the machine code of RV32IMAC
	@scripts/setup size
	@scripts/bounds

size: ## Bytes of code per configuration on Cortex-M0, Cortex-M4, RV32IMAC and Xtensa lx106
	@scripts/setup size
	@bench/bench.py size

fuzz: ## Fuzz the region engine with libFuzzer for SECONDS (default 60)
	@scripts/setup fuzz
	@scripts/fuzz $(or $(SECONDS),60)

docs: build ## API reference, into build/docs; docs/chips.md and figures of other pages anew
	@scripts/setup demo docs
	@scripts/docs-chips
	@scripts/docs-figures
	@scripts/docs-api

format: ## Format all C files with clang-format
	@scripts/setup format
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean: ## Remove everything that was built
	rm -rf build
