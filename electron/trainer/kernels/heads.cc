// Rotary positions, the scores' scale and the order of heads in one pass (model/attention.ts has the formulas).
#include <cmath>
#include "loops.h"
#include "operation.h"
#include "operations.h"
#include "workers.h"

namespace switchpoint {

constexpr int64_t rows_a_part = 64;
constexpr int64_t largest_head = 1024;  // a block of the loops

static bool fits(Call& call, const Shape& turns, int64_t width, int64_t rows, const HeadSizes& sizes) {
  return call.require(turns.rank == 2 && sizes.size > 0 && sizes.size % 2 == 0 && sizes.size <= largest_head,
                      "turns must be [positions, headSize], an even headSize of at most 1024") &&
         call.require(width == (sizes.heads + 2 * sizes.kvHeads) * sizes.size && rows % sizes.positions == 0,
                      "the joint projection does not fit heads and positions");
}

// joint [N, A], turns [T, hd], heads, kv_heads -> q [heads, B, T, hd], k, v [kv, B, T, hd]
static void heads(Call& call) {
  const Shape joint = call.shape(0), turns = call.shape(1);
  HeadSizes sizes{call.whole(2)[0], call.whole(3)[0], turns.sizes[1], turns.sizes[0], joint.rows(), 0};
  if (!fits(call, turns, joint.width(), joint.rows(), sizes)) return;
  sizes.scale = 1.0f / std::sqrt(static_cast<float>(sizes.size));
  const int64_t batch = sizes.rows / sizes.positions;
  const In in = call.in(0);
  const float* table = call.floats(1);
  const Out q = call.out(0, {sizes.heads, batch, sizes.positions, sizes.size});
  const Out k = call.out(1, {sizes.kvHeads, batch, sizes.positions, sizes.size});
  const Out v = call.out(2, {sizes.kvHeads, batch, sizes.positions, sizes.size});
  if (!call.isWell()) return;
  inParts(sizes.rows, [&](int64_t from, int64_t to) { loops().heads(in, table, q, k, v, sizes, from, to); }, rows_a_part);
}

// dq, dk, dv, turns -> dJoint
static void headsGradient(Call& call) {
  const Shape q = call.shape(0), k = call.shape(1), turns = call.shape(3);
  if (!call.require(q.rank == 4 && k.rank == 4 && call.shape(2) == k && q.sizes[3] == turns.width(),
                    "gradients of heads are [heads, B, T, headSize]"))
    return;
  HeadSizes sizes{q.sizes[0], k.sizes[0], q.sizes[3], q.sizes[2], q.sizes[1] * q.sizes[2], 0};
  const int64_t width = (sizes.heads + 2 * sizes.kvHeads) * sizes.size;
  if (!fits(call, turns, width, sizes.rows, sizes)) return;
  if (!call.require(k.sizes[1] == q.sizes[1] && k.sizes[2] == q.sizes[2] && turns.sizes[0] == sizes.positions,
                    "heads and turns differ in positions"))
    return;
  sizes.scale = 1.0f / std::sqrt(static_cast<float>(sizes.size));
  const In dq = call.in(0), dk = call.in(1), dv = call.in(2);
  const float* table = call.floats(3);
  const Out dJoint = call.out(0, {sizes.rows, width});
  if (!call.isWell()) return;
  inParts(sizes.rows, [&](int64_t from, int64_t to) {
    loops().headsGradient(dq, dk, dv, table, dJoint, sizes, from, to);
  }, rows_a_part);
}

void registerHeads() {
  registerOperation({
      "SwitchpointHeads",
      {"joint", "turns: float", "heads: int32", "kv_heads: int32"},
      {"q", "k", "v"},
      run<heads>,
  });
  registerOperation({"SwitchpointHeadsGradient", {"d_q", "d_k", "d_v", "turns: float"}, {"d_joint"}, run<headsGradient>});
}

}  // namespace switchpoint
