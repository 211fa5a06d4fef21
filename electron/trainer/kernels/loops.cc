#include "loops.h"

namespace switchpoint {

extern const Loops avx512;
extern const Loops avx2;
extern const Loops baseline;

static const Loops& best() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2;
  return baseline;
}

const Loops& loops() {
  static const Loops& chosen = best();
  return chosen;
}

}  // namespace switchpoint
