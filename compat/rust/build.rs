// SPDX-License-Identifier: MIT
//! Compiles the C library for the target, and asks the same compiler for the sizes, offsets and values
//! of its headers, so that the Rust side never has its own idea of them.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// A number of the headers, by the name that `src/ffi.rs` knows it under, and the C expression.
type Question = (&'static str, &'static str);

const QUESTIONS: &[Question] = &[
    ("HEAP_SIZE", "sizeof(capheap_heap_t)"),
    ("HEAP_ALIGN", "_Alignof(capheap_heap_t)"),
    ("SLOT_SIZE", "sizeof(capheap_slot_t)"),
    ("SLOT_ALIGN", "_Alignof(capheap_slot_t)"),
    ("LOCK_SIZE", "sizeof(capheap_lock_t)"),
    ("TYPE_SIZE", "sizeof(capheap_type_t)"),
    ("TYPE_NAME", "offsetof(capheap_type_t, name)"),
    ("TYPE_CAPS", "offsetof(capheap_type_t, caps)"),
    ("TYPE_GRANULE", "offsetof(capheap_type_t, granule)"),
    ("TYPE_CACHE_LINE", "offsetof(capheap_type_t, cache_line)"),
    ("MEMORY_SIZE", "sizeof(capheap_memory_t)"),
    ("MEMORY_START", "offsetof(capheap_memory_t, start)"),
    ("MEMORY_BYTES", "offsetof(capheap_memory_t, size)"),
    ("MEMORY_TYPE", "offsetof(capheap_memory_t, type)"),
    ("MEMORY_FLAGS", "offsetof(capheap_memory_t, flags)"),
    ("MEMORY_ALIAS_KIND", "offsetof(capheap_memory_t, alias_kind)"),
    ("MEMORY_ALIAS", "offsetof(capheap_memory_t, alias)"),
    ("REQUEST_SIZE", "sizeof(capheap_request_t)"),
    ("REQUEST_BYTES", "offsetof(capheap_request_t, size)"),
    ("REQUEST_ALIGNMENT", "offsetof(capheap_request_t, alignment)"),
    ("REQUEST_CAPS", "offsetof(capheap_request_t, caps)"),
    ("HOOKS_SIZE", "sizeof(capheap_hooks_t)"),
    ("HOOKS_EVENT", "offsetof(capheap_hooks_t, event)"),
    ("HOOKS_FAILURE", "offsetof(capheap_hooks_t, failure)"),
    ("HOOKS_REPORT", "offsetof(capheap_hooks_t, report)"),
    ("HOOKS_CONTEXT", "offsetof(capheap_hooks_t, context)"),
    ("REPORT_SIZE", "sizeof(capheap_report_t)"),
    ("REPORT_FAULT", "offsetof(capheap_report_t, fault)"),
    ("REPORT_ADDRESS", "offsetof(capheap_report_t, address)"),
    ("REPORT_REGION", "offsetof(capheap_report_t, region)"),
    ("REPORT_BLOCK", "offsetof(capheap_report_t, block)"),
    ("REPORT_BLOCK_SIZE", "offsetof(capheap_report_t, block_size)"),
    ("FIGURES_SIZE", "sizeof(capheap_figures_t)"),
    ("FIGURES_TOTAL", "offsetof(capheap_figures_t, total)"),
    ("FIGURES_USED", "offsetof(capheap_figures_t, used)"),
    ("FIGURES_FREE", "offsetof(capheap_figures_t, free)"),
    ("FIGURES_LARGEST", "offsetof(capheap_figures_t, largest)"),
    ("FIGURES_REGIONS", "offsetof(capheap_figures_t, regions)"),
    ("CAPS_32BIT", "CAPHEAP_32BIT"),
    ("CAPS_8BIT", "CAPHEAP_8BIT"),
    ("CAPS_SPIRAM", "CAPHEAP_SPIRAM"),
    ("CAPS_INTERNAL", "CAPHEAP_INTERNAL"),
    ("CAPS_DEFAULT", "CAPHEAP_DEFAULT"),
    ("CAPS_CACHE_ALIGNED", "CAPHEAP_CACHE_ALIGNED"),
    ("CAPS_ATOMIC", "CAPHEAP_ATOMIC"),
    ("FAULT_FOREIGN", "CAPHEAP_FAULT_FOREIGN"),
    ("MINUS_ERROR_FULL", "-CAPHEAP_ERROR_FULL"),
    ("VERSION_MAJOR", "CAPHEAP_VERSION_MAJOR"),
    ("VERSION_MINOR", "CAPHEAP_VERSION_MINOR"),
    ("VERSION_PATCH", "CAPHEAP_VERSION_PATCH"),
];

const DIGITS: usize = 10;

fn main() {
    let c = c_folder();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", c.join("include").display());
    println!("cargo:rerun-if-changed={}", c.join("src").display());
    println!("cargo:rerun-if-changed={}", c.join("ports").display());
    println!("cargo:rerun-if-env-changed=CAPHEAP_REGIONS");
    let target = env::var("TARGET").expect("cargo sets TARGET").replace('-', "_");
    for tool in ["CC", "CFLAGS", "AR"] {
        println!("cargo:rerun-if-env-changed={}", tool);
        println!("cargo:rerun-if-env-changed={}_{}", tool, target);
    }
    println!("cargo:include={}", c.join("include").display());

    let mut numbers = ask(&c, &out);
    writeln!(numbers, "pub const REGIONS: usize = {};", regions()).unwrap();
    fs::write(out.join("numbers.rs"), numbers).expect("write numbers.rs");
    compile(&c);
}

/// In the package the C library is beside this file; in capheap's repository it is two folders up.
fn c_folder() -> PathBuf {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let places = [here.join("capheap"), here.join("../..")];
    let found = places.iter().find(|place| place.join("include/capheap/heap.h").is_file());
    match found {
        Some(place) => place.clone(),
        None => panic!(
            "capheap: no include/capheap/heap.h in {} or {}: the C sources are missing \
                        from this copy",
            places[0].display(),
            places[1].display()
        ),
    }
}

/// How many regions one heap can have: esp-alloc's three, or what CAPHEAP_REGIONS says.
fn regions() -> usize {
    let text = match env::var_os("CAPHEAP_REGIONS") {
        Some(text) => text,
        None => return 3,
    };
    match text.to_str().and_then(|text| text.trim().parse().ok()) {
        Some(count @ 1..=255) => count,
        _ => panic!("capheap: CAPHEAP_REGIONS is {:?}; it must be a number from 1 to 255", text),
    }
}

fn has(feature: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{}", feature)).is_some()
}

fn compiler(c: &Path) -> cc::Build {
    let unix = env::var_os("CARGO_CFG_UNIX").is_some();
    let mut build = cc::Build::new();
    build
        .include(c.join("include"))
        .define("CAPHEAP_PORT_LOCK_WORDS", if unix { "8" } else { "2" })
        .warnings(false);
    // Then the compiler's own headers do; there may be no C library for the chip.
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("none") {
        build.flag("-ffreestanding");
    }
    // Unoptimised, the engine's small functions cost most of the time of a debug build.
    if matches!(env::var("OPT_LEVEL").as_deref(), Ok("0" | "1")) {
        build.opt_level(2);
    }
    build
}

fn compile(c: &Path) {
    let mut build = compiler(c);
    let mut files: Vec<_> = fs::read_dir(c.join("src"))
        .expect("read the folder of C sources")
        .map(|entry| entry.expect("read the folder of C sources").path())
        .filter(|path| path.extension().map_or(false, |extension| extension == "c"))
        .collect();
    files.sort();
    build.files(files);
    if !has("CRITICAL_SECTION") {
        if has("POSIX") {
            build.file(c.join("ports/posix.c"));
        } else if has("SINGLE_THREAD") {
            build.file(c.join("ports/none.c"));
        }
    }
    build.compile("capheap");
}

/// Compile each answer into ten characters of an object, and read them there: nothing has to run, so
/// it works for every target.
fn ask(c: &Path, out: &Path) -> String {
    let mut source = String::from(
        "#include <stddef.h>\n#include \"capheap/heap.h\"\n#include \"capheap/version.h\"\n\
         #define DIGIT(v, d) (char)('0' + (unsigned long long)(v) / (d) % 10)\n\
         #define DIGITS(v) DIGIT(v, 1000000000), DIGIT(v, 100000000), DIGIT(v, 10000000), \\\n\
             DIGIT(v, 1000000), DIGIT(v, 100000), DIGIT(v, 10000), DIGIT(v, 1000), DIGIT(v, 100), \\\n\
             DIGIT(v, 10), DIGIT(v, 1)\n\
         const char capheap_numbers[] = {\n",
    );
    for (name, expression) in QUESTIONS {
        for letter in mark(name).chars() {
            write!(source, "'{}', ", letter).unwrap();
        }
        writeln!(source, "DIGITS({}),", expression).unwrap();
    }
    source.push_str("};\n");
    let file = out.join("capheap_numbers.c");
    fs::write(&file, source).expect("write capheap_numbers.c");
    compiler(c)
        .file(&file)
        .flag_if_supported("-fno-lto")
        .cargo_metadata(false)
        .compile("capheap_numbers");
    let object = fs::read(out.join("libcapheap_numbers.a"))
        .or_else(|_| fs::read(out.join("capheap_numbers.lib")))
        .expect("read what was compiled from capheap_numbers.c");

    let mut numbers = String::new();
    for (name, _) in QUESTIONS {
        let value = answer(&object, name);
        let kind = if name.starts_with("CAPS_") { "u32" } else { "usize" };
        writeln!(numbers, "pub const {}: {} = {};", name, kind, value).unwrap();
    }
    numbers
}

fn mark(name: &str) -> String {
    format!("<{}=", name)
}

fn answer(object: &[u8], name: &str) -> u64 {
    let mark = mark(name);
    let at = object.windows(mark.len()).position(|window| window == mark.as_bytes());
    let digits = at.and_then(|at| object.get(at + mark.len()..at + mark.len() + DIGITS));
    match digits.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok()) {
        Some(value) => value,
        None => panic!(
            "capheap: the C compiler's object does not show {} (is it bitcode? then set \
                        CFLAGS without -flto)",
            name
        ),
    }
}
