#include "workers.h"
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace switchpoint {

namespace {

/// The parts of one kernel's call. It lives on the caller's stack: the caller leaves only when no worker is inside.
struct Job {
  int64_t parts;
  Part part;
  const void* function;
  std::atomic<int64_t> next{0};
  std::atomic<int> inside{0};  // workers that have taken it up
  Job* following = nullptr;

  void work() {
    for (int64_t i = next.fetch_add(1); i < parts; i = next.fetch_add(1)) part(function, i);
  }
};

struct Pool {
  std::mutex mutex;
  std::condition_variable wake;
  Job* first = nullptr;  // jobs with parts left
};

// Never destroyed: its threads end with the process.
Pool* pool = nullptr;
int threadCount = 1;

void serve() {
  std::unique_lock<std::mutex> lock(pool->mutex);
  for (;;) {
    Job* job = pool->first;
    while (job != nullptr && job->next.load() >= job->parts) job = job->following;
    if (job == nullptr) {
      pool->wake.wait(lock);
      continue;
    }
    job->inside.fetch_add(1);
    lock.unlock();
    job->work();
    job->inside.fetch_sub(1);
    lock.lock();
  }
}

void add(Job& job) {
  std::lock_guard<std::mutex> lock(pool->mutex);
  job.following = pool->first;
  pool->first = &job;
}

void remove(Job& job) {
  std::lock_guard<std::mutex> lock(pool->mutex);
  Job** at = &pool->first;
  while (*at != &job) at = &(*at)->following;
  *at = job.following;
}

}  // namespace

int workerCount() { return threadCount; }

void startWorkers(int threads) {
  threadCount = threads;
  if (pool != nullptr || threads < 2) return;
  pool = new Pool;
  for (int i = 1; i < threads; i++) std::thread(serve).detach();
}

void runParts(int64_t parts, Part part, const void* function) {
  Job job{parts, part, function};
  if (pool == nullptr || parts < 2) return job.work();
  add(job);
  if (parts == 2)
    pool->wake.notify_one();
  else
    pool->wake.notify_all();
  job.work();
  remove(job);
  // All parts are taken; those that workers took may not be done. They are short, unless the machine took the worker's core away.
  for (int turns = 0; job.inside.load() > 0; turns++)
    if (turns > 1000) std::this_thread::yield();
}

}  // namespace switchpoint
