// Tasks that were noted, done by the worker whose they are for as long as there are any: with no JavaScript between them either.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "constants.h"
#include "held-arrays.h"
#include "tape.h"

namespace convoy {

struct NotedTasks {
  // By the tasks' numbers in their phase; null for one that is done in JavaScript.
  std::vector<std::shared_ptr<const Tape>> tapes;
  // A worker's tasks that nobody has taken, from which others take the last one: see src/parallel/task-board.ts.
  uint32_t* range;
  HeldArrays arrays;

  // Takes the first task and runs it, again and again until none is left or the next one was not noted. Returns how many.
  long run() const {
    long done = 0;
    uint32_t found = __atomic_load_n(range, __ATOMIC_SEQ_CST);
    for (;;) {
      const uint32_t task = found >> TASK_BITS, end = found & ((1u << TASK_BITS) - 1);
      if (task >= end || task >= tapes.size() || !tapes[task]) return done;
      if (!__atomic_compare_exchange_n(range, &found, found + (1u << TASK_BITS), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) continue;
      tapes[task]->run();
      done++;
      found = __atomic_load_n(range, __ATOMIC_SEQ_CST);
    }
  }
};

}  // namespace convoy
