# SPDX-License-Identifier: MIT
# not with: -m32 -fsanitize
"""The Rust crate, as it is published: packed by scripts/rust-package, unpacked, and tested there.

No network: cargo is shown Debian's crates (librust-*-dev), and those that Debian lacks from
tests/compat_rust/registry. The rustc and cargo in PATH are used; another by RUSTC and CARGO.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build/rust")).resolve() / "rust"
DEBIAN = pathlib.Path("/usr/share/cargo/registry")
CRATES = BUILD / "registry"
CARGO = os.environ.get("CARGO", "cargo")

# What Debian 12 has and what it hasn't, in one run each.
PLAIN = ["--no-default-features", "--features", "posix,compat,internal-heap-stats"]
FULL = ["--features", "nightly,defmt,alloc-hooks,internal-heap-stats,esp32,atomic-safe,"
        "critical-section/std", "--test", "full"]

# A program of esp-alloc. Nothing in it knows of capheap.
PROGRAM = """
use esp_alloc as _;
use esp_alloc::{EspHeap, HeapStats, MemoryCapability};
use std::alloc::Layout;
use std::mem::MaybeUninit;

static PSRAM_ALLOCATOR: EspHeap = EspHeap::empty();

fn init_heap() {
    const HEAP_SIZE: usize = 32 * 1024;
    static mut HEAP: MaybeUninit<[u8; HEAP_SIZE]> = MaybeUninit::uninit();
    unsafe {
        PSRAM_ALLOCATOR.add_region(esp_alloc::HeapRegion::new(
            std::ptr::addr_of_mut!(HEAP) as *mut u8,
            HEAP_SIZE,
            MemoryCapability::External.into(),
        ));
    }
}

fn main() {
    init_heap();
    esp_alloc::heap_allocator!(#[link_section = ".dram2_uninit"] size: 64 * 1024);
    let layout = Layout::from_size_align(1000, 4).unwrap();
    let block = unsafe { esp_alloc::HEAP.alloc_caps(MemoryCapability::Internal.into(), layout) };
    assert!(!block.is_null());
    assert!(esp_alloc::HEAP.free() > 60_000 && PSRAM_ALLOCATOR.free() > 30_000);
    let stats: HeapStats = esp_alloc::HEAP.stats();
    println!("{}", stats);
}
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def fail(what, text=""):
    print(f"FAILED: {what}\n{text[:4000]}")
    sys.exit(1)


def setup():
    if not shutil.which(CARGO) or subprocess.run([CARGO, "--version"], capture_output=True).returncode:
        skip("no cargo that runs (apt-get install cargo rustc)")
    if not list(DEBIAN.glob("cc-*")) or not list(DEBIAN.glob("enumset-1*")):
        skip("Debian's crates are missing (apt-get install librust-cc-dev librust-enumset-dev "
             "librust-document-features-dev)")
    shutil.rmtree(CRATES, ignore_errors=True)
    CRATES.mkdir(parents=True)
    for crate in DEBIAN.iterdir():
        (CRATES / crate.name).symlink_to(crate)
    for crate in (TOP / "tests/compat_rust/registry").iterdir():
        shutil.copytree(crate, CRATES / crate.name)
        (CRATES / crate.name / ".cargo-checksum.json").write_text(json.dumps({"files": {}}))
    home = BUILD / "home"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        '[source.crates-io]\nreplace-with = "here"\n'
        f'[source.here]\ndirectory = "{CRATES}"\n[net]\noffline = true\n')


def environment():
    settings = dict(os.environ)
    settings.update(CARGO_HOME=str(BUILD / "home"), CARGO_TARGET_DIR=str(BUILD / "target"),
                    CARGO_INCREMENTAL="0", CARGO_PROFILE_DEV_DEBUG="0", CARGO_PROFILE_TEST_DEBUG="0",
                    CARGO_TERM_COLOR="never", RUST_BACKTRACE="0")
    return settings


def cargo(where, *arguments, unstable=False):
    settings = environment()
    if unstable:
        settings["RUSTC_BOOTSTRAP"] = "1"
    return subprocess.run([CARGO, *arguments], cwd=where, env=settings, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def pack():
    """The crate as cargo would publish it; what is not in the package is not there to be found."""
    settings = environment()
    settings.pop("CARGO_TARGET_DIR")
    done = subprocess.run([TOP / "scripts/rust-package", BUILD / "package"], env=settings,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    crates = sorted((BUILD / "package/crate/target/package").glob("*.crate"))
    version = (TOP / "VERSION").read_text().strip()
    if done.returncode != 0 or [crate.name for crate in crates] != [f"capheap-{version}.crate"]:
        fail("scripts/rust-package", done.stdout)
    unpacked = BUILD / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(crates[0]) as archive:
        archive.extractall(unpacked)
    return unpacked / f"capheap-{version}"


def check_tests(crate):
    for name, arguments, least in [("plain", PLAIN, 31), ("full", FULL, 10)]:
        done = cargo(crate, "test", *arguments, unstable=name == "full")
        passed = sum(int(count) for count in re.findall(r"ok\. (\d+) passed", done.stdout))
        if done.returncode != 0 or passed < least:
            fail(f"cargo test {' '.join(arguments)}: {passed} passed", done.stdout)
        print(f"{name}: {passed} tests passed")


def check_example(crate):
    done = cargo(crate, "run", "--quiet", "--example", "regions", *PLAIN)
    expected = ["10000 bytes: served", "300000 bytes: served", "100000 bytes: no memory",
                "Internal | █", "External | █", "Used 300000 of", "the task uses 400 of"]
    missing = [text for text in expected if text not in done.stdout]
    if done.returncode != 0 or missing:
        fail(f"example regions: no {missing}", done.stdout)
    print("example: runs")


def consumer(name, features):
    """A program elsewhere that depends on the crate in the repository, under esp-alloc's name."""
    where = BUILD / name
    (where / "src").mkdir(parents=True, exist_ok=True)
    (where / "src/main.rs").write_text(PROGRAM)
    (where / "Cargo.toml").write_text(
        f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n'
        f'esp-alloc = {{ package = "capheap", path = "{TOP}/compat/rust", '
        f"default-features = false, features = {json.dumps(features)} }}\n\n[workspace]\n")
    return cargo(where, "run", "--quiet")


def check_consumers():
    done = consumer("program", ["posix", "compat", "internal-heap-stats"])
    if done.returncode != 0 or not done.stdout.startswith("HEAP INFO\nSize: "):
        fail("a program of esp-alloc", done.stdout)
    print("a program of esp-alloc runs unchanged")
    done = consumer("no_lock", [])
    if done.returncode == 0 or "capheap_port_lock" not in done.stdout:
        fail("a program without a lock was linked", done.stdout)
    print("without a lock the link fails")


def main():
    setup()
    crate = pack()
    check_tests(crate)
    check_example(crate)
    check_consumers()


if __name__ == "__main__":
    main()
