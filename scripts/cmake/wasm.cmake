# The WebAssembly core: one set of objects, two links that differ in their JavaScript glue alone. The two .wasm files
# must be identical, which `npm run build` compares; one of them is shipped. The glue is not used as it comes out of
# here: scripts/lib/glue.mjs patches it first.

# The sizes are fixed by js/core-pool.js too: CORE_MIN_PAGES is this initial memory. Small stacks, because the memory
# that a scanner needs is computed from its limits and each thread's stack is taken out of it.
set(wasm_link_options
  -O3 -pthread -fno-exceptions -lembind
  -sMODULARIZE -sEXPORT_NAME=createCore -sWASM_BIGINT -sFILESYSTEM=0
  -sDYNAMIC_EXECUTION=0                      # no eval: the page's policy need not allow it
  "-sPTHREAD_POOL_SIZE=Module[\"poolSize\"]" # how many threads is decided at run time
  -sPTHREAD_POOL_DELAY_LOAD=1                # js/core-pool.js waits for them, with a deadline
  -sPTHREAD_POOL_SIZE_STRICT=2               # more threads than workers: an error, not a deadlock
  -sDEFAULT_PTHREAD_STACK_SIZE=262144
  -sSTACK_OVERFLOW_CHECK=2
  -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=4mb -sMAXIMUM_MEMORY=2gb # accepts any memory passed in; nothing grows
  -Wno-pthreads-mem-growth
  -sNODEJS_CATCH_EXIT=0 -sNODEJS_CATCH_REJECTION=0 # no process-wide handlers
  --minify=0)                                      # patterns stay readable; the bundler minifies

# Names that changed: Debian 12 has 3.1.6, a current emsdk the new ones.
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.25)
  list(APPEND wasm_link_options -sTOTAL_STACK=1mb)
else()
  list(APPEND wasm_link_options -sSTACK_SIZE=1mb)
endif()

set(web_link_options -sENVIRONMENT=web,worker -sEXPORT_ES6)
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.50)
  list(APPEND web_link_options -sUSE_ES6_IMPORT_META)
endif()
set(node_link_options -sENVIRONMENT=node)

add_library(tickscan_bindings OBJECT
  ${CMAKE_SOURCE_DIR}/bindings/embind.cpp ${CMAKE_SOURCE_DIR}/bindings/pool_thread.cpp)
target_link_libraries(tickscan_bindings PRIVATE tickscan_core tickscan_core_options)

foreach(platform web node)
  add_executable(tickscan_${platform})
  target_link_libraries(tickscan_${platform} PRIVATE tickscan_bindings tickscan_core)
  target_link_options(tickscan_${platform} PRIVATE ${wasm_link_options} ${${platform}_link_options})
  set_target_properties(tickscan_${platform} PROPERTIES
    OUTPUT_NAME core RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${platform})
endforeach()
set_target_properties(tickscan_web PROPERTIES SUFFIX .mjs)
set_target_properties(tickscan_node PROPERTIES SUFFIX .cjs)

file(WRITE ${CMAKE_BINARY_DIR}/emscripten-version.txt ${EMSCRIPTEN_VERSION})

# The native benchmark of a cycle, as a program for Node: WebAssembly beside native, same source. Built when asked for;
# run it with --no-experimental-fetch, because the glue takes Node's fetch for a browser's.
set(bench_folder ${CMAKE_BINARY_DIR}/bench)
file(WRITE ${bench_folder}/package.json "{ \"type\": \"commonjs\" }\n")
add_executable(tickscan_scan_cost EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/native/scan_cost.cpp)
target_link_libraries(tickscan_scan_cost PRIVATE tickscan_core tickscan_core_options)
target_link_options(tickscan_scan_cost PRIVATE
  -O3 --profiling-funcs -pthread -fno-exceptions -sENVIRONMENT=node,worker -sPTHREAD_POOL_SIZE=4 -sEXIT_RUNTIME -sINITIAL_MEMORY=1gb)
set_target_properties(tickscan_scan_cost PROPERTIES
  OUTPUT_NAME scan_cost SUFFIX .cjs RUNTIME_OUTPUT_DIRECTORY ${bench_folder})
