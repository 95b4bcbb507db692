# SPDX-License-Identifier: MIT
# The front door. `make help` lists what there is; the work is done by CMake and by scripts/.

.DEFAULT_GOAL := help
.PHONY: help demo build preload test size fuzz docs format clean

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

preload: ## Build libcapheap_malloc.so: LD_PRELOAD=build/release/libcapheap_malloc.so PROGRAM
	@scripts/setup demo
	@cmake -S . -B build/release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCAPHEAP_BUILD_TESTS=OFF \
	    >/dev/null
	@cmake --build build/release --target capheap_malloc

test: ## Build and run all tests: gcc and clang, 64 and 32 bit, sanitizers, bare chips
	@scripts/setup test
	@scripts/test $(TESTS)

size: ## Bytes of code per file on Cortex-M0, Cortex-M4, RV32IMAC and Xtensa lx106
	@scripts/setup size
	@scripts/size

fuzz: ## Fuzz the region engine with libFuzzer for SECONDS (default 60)
	@scripts/setup fuzz
	@scripts/fuzz $(or $(SECONDS),60)

docs: ## Write docs/chips.md from the tables of chips/
	@scripts/setup demo
	@scripts/docs-chips

format: ## Format all C files with clang-format
	@scripts/setup format
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean: ## Remove everything that was built
	rm -rf build
