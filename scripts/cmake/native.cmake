# The native test executable: every tests/native/**/*_test.cpp, one GoogleTest program, each test known to ctest.

enable_testing()
find_package(GTest REQUIRED)
include(GoogleTest)

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/native/*.cpp)
if(test_sources)
  add_executable(tickscan_tests ${test_sources})
  target_include_directories(tickscan_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests/native)
  target_compile_definitions(tickscan_tests PRIVATE TICKSCAN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(tickscan_tests PRIVATE tickscan_core tickscan_options GTest::gtest_main)

  # Property tests (Debian's librapidcheck-dev). The library alone: its CMake package names targets differently from
  # version to version.
  find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
  target_link_libraries(tickscan_tests PRIVATE ${RAPIDCHECK_LIBRARY})

  # Under a sanitizer the long property tests need ten times their time.
  set(timeout_s 300)
  if(TICKSCAN_SANITIZE)
    set(timeout_s 1800)
  endif()
  gtest_discover_tests(tickscan_tests DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${timeout_s})
endif()

# Benchmarks are built when they are asked for, by `npm run bench`.
add_executable(tickscan_tracker_cost EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/native/tracker_cost.cpp)
target_link_libraries(tickscan_tracker_cost PRIVATE tickscan_core tickscan_options)
add_executable(tickscan_scan_cost EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/native/scan_cost.cpp)
target_link_libraries(tickscan_scan_cost PRIVATE tickscan_core tickscan_options)
