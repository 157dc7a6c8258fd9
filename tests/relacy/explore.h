// The main() of a Relacy program: how many random schedules, or all with at most so many preemptions.
//
//   program random 100000      Relacy's own fixed seed
//   program bound 2
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <relacy/relacy.hpp>

namespace tickscan {

template <typename Suite>
int explore(int count, char** words) {
  rl::test_params params;
  params.execution_depth_limit = 5000;
  params.search_type = rl::random_scheduler_type;
  params.iteration_count = 10000;
  if (count > 2 && std::strcmp(words[1], "bound") == 0) {
    params.search_type = rl::fair_context_bound_scheduler_type;
    params.context_bound = static_cast<unsigned>(std::atoi(words[2]));
  } else if (count > 2) {
    params.iteration_count = static_cast<unsigned>(std::atoi(words[2]));
  }
  const bool holds = rl::simulate<Suite>(params);
  std::printf("%s after %llu executions\n", holds ? "holds" : "BROKEN",
              static_cast<unsigned long long>(params.stop_iteration));
  return holds ? 0 : 1;
}

}  // namespace tickscan
