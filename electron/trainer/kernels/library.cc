// The library's one door: a Node-API module whose `start(threads)` makes the operations known to the TensorFlow of this process.
#include <node_api.h>
#include <exception>
#include "operations.h"
#include "workers.h"

namespace {

void registerAll() {
  switchpoint::registerAdamw();
  switchpoint::registerGatedUnit();
  switchpoint::registerHeads();
  switchpoint::registerLogProbability();
  switchpoint::registerNorm();
  switchpoint::registerSoftmax();
  switchpoint::registerPackedWeights();
  switchpoint::registerNextTokens();
}

napi_value start(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value given;
  int32_t threads = 0;
  if (napi_get_cb_info(env, info, &count, &given, nullptr, nullptr) != napi_ok || count != 1 ||
      napi_get_value_int32(env, given, &threads) != napi_ok || threads < 1) {
    napi_throw_type_error(env, nullptr, "start() takes the number of threads");
    return nullptr;
  }
  // TensorFlow knows an operation for the whole process: a second JavaScript thread finds them there.
  static bool started = false;
  if (started) return nullptr;
  try {
    registerAll();
  } catch (const std::exception& problem) {
    napi_throw_error(env, nullptr, problem.what());
    return nullptr;
  }
  switchpoint::startWorkers(threads);
  started = true;
  return nullptr;
}

napi_value init(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, nullptr, &function) == napi_ok)
    napi_set_named_property(env, exports, "start", function);
  return exports;
}

}  // namespace

NAPI_MODULE(switchpoint_kernels, init)
