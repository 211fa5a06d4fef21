#include <algorithm>
#include <functional>
#include <vector>
#include "decoder.h"

namespace switchpoint {

/// As many of the heaviest are sorted at first; more only where top-p wants them.
constexpr int64_t sortedAtFirst = 64;

float leastKept(const float* weights, int64_t count, int32_t topK, float topP) {
  static thread_local std::vector<float> sorted;
  sorted.assign(weights, weights + count);
  const int64_t among = topK > 0 ? std::min<int64_t>(topK, count) : count;
  int64_t ready = 0;
  const auto sortUpTo = [&](int64_t end) {
    const auto begin = sorted.begin();
    if (end < count) std::nth_element(begin + ready, begin + (end - 1), sorted.end(), std::greater<float>());
    std::sort(begin + ready, begin + end, std::greater<float>());
    ready = end;
  };
  if (among < count) sortUpTo(among);
  double total = 0;
  for (int64_t i = 0; i < among; i++) total += sorted[i];
  const double allowed = total * topP;
  double before = 0;
  float least = 0;
  for (int64_t i = 0; i < among; i++) {
    if (i == ready) sortUpTo(std::min(among, std::max(sortedAtFirst, 4 * ready)));
    // The heaviest always stays.
    if (i > 0 && (before >= allowed || sorted[i] <= 0)) break;
    least = sorted[i];
    before += sorted[i];
  }
  return least;
}

}  // namespace switchpoint
