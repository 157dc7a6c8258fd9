# The fuzz target and the program that writes its dictionary and seeds; scripts/lib/fuzz.mjs runs both.

add_executable(tickscan_fuzz ${CMAKE_SOURCE_DIR}/tests/fuzz/filter_fuzz.cpp)
target_link_libraries(tickscan_fuzz PRIVATE tickscan_core tickscan_options)
target_link_options(tickscan_fuzz PRIVATE -fsanitize=fuzzer)

add_executable(tickscan_fuzz_seeds ${CMAKE_SOURCE_DIR}/tests/fuzz/seeds.cpp)
target_link_libraries(tickscan_fuzz_seeds PRIVATE tickscan_core tickscan_options)
target_link_options(tickscan_fuzz_seeds PRIVATE -fsanitize=fuzzer-no-link)
