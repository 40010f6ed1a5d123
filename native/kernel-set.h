// What the kernels of one set have in common, in the one thread that the set serves.
#pragma once

#include <memory>

#include "scratch.h"
#include "tape.h"

namespace convoy {

struct KernelSet {
  Scratch scratch;
  // Where calls are noted, while they are.
  std::unique_ptr<Tape> tape;
};

}  // namespace convoy
