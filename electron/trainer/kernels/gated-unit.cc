// The gated unit of SwiGLU in one pass each way (model/swiglu.ts has the formulas).
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

static void gatedUnit(Call& call) {
  const Shape shape = call.shape(0);
  if (!call.require(call.shape(1) == shape, "gate and up differ in shape")) return;
  const In gate = call.in(0), up = call.in(1);
  const Out unit = call.out(0, shape);
  if (!call.isWell()) return;
  inParts(shape.size(), [&](int64_t from, int64_t to) { loops().gatedUnit(gate, up, unit, from, to); });
}

static void gatedUnitGradient(Call& call) {
  const Shape shape = call.shape(1);
  if (!call.require(call.shape(0) == shape && call.shape(2) == shape, "dUnit, gate and up differ in shape")) return;
  const In dUnit = call.in(0), gate = call.in(1), up = call.in(2);
  const Out dGate = call.outOver(0, shape, {0});
  const Out dUp = call.out(1, shape);
  if (!call.isWell()) return;
  inParts(shape.size(), [&](int64_t from, int64_t to) {
    loops().gatedUnitGradient(dUnit, gate, up, dGate, dUp, from, to);
  });
}

void registerGatedUnit() {
  registerOperation({"SwitchpointGatedUnit", {"gate", "up"}, {"unit"}, run<gatedUnit>});
  registerOperation({
      "SwitchpointGatedUnitGradient",
      {"d_unit", "gate", "up"},
      {"d_gate", "d_up"},
      run<gatedUnitGradient>,
  });
}

}  // namespace switchpoint
