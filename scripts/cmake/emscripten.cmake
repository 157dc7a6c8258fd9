# Toolchain file of the wasm preset: finds Emscripten by its emcc on PATH (Debian's, or an activated emsdk), so that
# neither the emcmake wrapper nor a path of some machine is needed.

if(DEFINED ENV{EMSDK} AND EXISTS "$ENV{EMSDK}/upstream/emscripten/em-config")
  set(emscripten_hint "$ENV{EMSDK}/upstream/emscripten")
endif()
find_program(EM_CONFIG em-config HINTS ${emscripten_hint} NO_CMAKE_FIND_ROOT_PATH)
if(NOT EM_CONFIG)
  message(FATAL_ERROR "Emscripten is missing: `npm run setup` installs it, or put an emsdk on PATH")
endif()

execute_process(COMMAND ${EM_CONFIG} EMSCRIPTEN_ROOT
  OUTPUT_VARIABLE EMSCRIPTEN_ROOT_PATH OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
include("${EMSCRIPTEN_ROOT_PATH}/cmake/Modules/Platform/Emscripten.cmake")
