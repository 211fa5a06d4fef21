// AdamW on one parameter, in place.
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

// w, m, v (values of variables, changed in their own memory), gradient, and seven numbers -> a token
static void adamw(Call& call) {
  const Shape shape = call.shape(0);
  if (!call.require(call.shape(1) == shape && call.shape(2) == shape && call.shape(3) == shape,
                    "weights, moments and gradient differ in shape"))
    return;
  float *w = call.inPlace(0), *m = call.inPlace(1), *v = call.inPlace(2);
  const In gradient = call.in(3);
  const AdamwStep step{call.number(4), call.number(5), call.number(6), call.number(7), call.number(8), call.number(9)};
  const Out done = call.out(0, {});
  if (!call.isWell()) return;
  static_cast<int32_t*>(done.data)[0] = 1;
  inParts(shape.size(), [&](int64_t from, int64_t to) { loops().adamw(w, m, v, gradient, step, from, to); });
}

void registerAdamw() {
  registerOperation({
      "SwitchpointAdamw",
      {"w: float", "first: float", "second: float", "gradient", "step_size: float", "step_eps: float", "beta1: float", "beta2: float",
       "decay: float", "clip: float"},
      {"done: int32"},
      run<adamw>,
      {},
      true,
  });
}

}  // namespace switchpoint
