// Transfers between this process and the other ranks: what is under way, and a thread that sees to it that it goes on. All here is to be called in one's
// turn, but for `drive` and `rest`.
#pragma once

#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace convoy {

struct Transfer {
  int number;
  std::vector<MPI_Request> requests;
};

// As many as in src/parallel/transport.ts.
constexpr int STREAMS = 3;

struct Traffic {
  // Held around every call of MPI, and around what follows.
  std::mutex turn;
  std::condition_variable begun;
  // What is not done, in the order in which it was begun.
  std::vector<Transfer> pending;
  // Of the last one that was begun.
  int number = 0;
  // What MPI said of a transfer that failed.
  int failure = MPI_SUCCESS;
  bool is_over = false;
  // The ranks' calls are matched in each of them by itself.
  MPI_Comm streams[STREAMS] = {MPI_COMM_WORLD, MPI_COMM_NULL, MPI_COMM_NULL};
  std::thread driver;
};

// Never destroyed: a process may exit while its driver waits.
inline Traffic& traffic = *new Traffic;

using Turn = std::lock_guard<std::mutex>;

// Whether a transfer is there; looks once. MPI moves all others on meanwhile.
inline bool is_there(Transfer& transfer) {
  int done = 0;
  const int code = MPI_Testall(int(transfer.requests.size()), transfer.requests.data(), &done, MPI_STATUSES_IGNORE);
  if (code != MPI_SUCCESS) traffic.failure = code;
  return done || code != MPI_SUCCESS;
}

// MPI moves what is under way only while it is called, so somebody calls it while all workers compute. Seldom enough to take next to nothing of a core, and
// often enough for a network of 25 Gb/s, of which a socket's buffers hold more than comes meanwhile.
constexpr std::chrono::microseconds DRIVER_REST(200);

inline void drive() {
  std::unique_lock<std::mutex> turn(traffic.turn);
  for (;;) {
    traffic.begun.wait(turn, [] { return traffic.is_over || !traffic.pending.empty(); });
    if (traffic.is_over) return;
    if (is_there(traffic.pending.front())) traffic.pending.erase(traffic.pending.begin());
    turn.unlock();
    std::this_thread::sleep_for(DRIVER_REST);
    turn.lock();
  }
}

// Has a transfer looked after; its number, by which any thread can ask for it.
inline int keep(std::vector<MPI_Request>&& requests) {
  traffic.pending.push_back({++traffic.number, std::move(requests)});
  traffic.begun.notify_one();
  return traffic.number;
}

// Whether the transfer with this number is done, or MPI has said that one has failed.
inline bool is_done(int number) {
  auto& pending = traffic.pending;
  const auto found = std::find_if(pending.begin(), pending.end(), [&](const Transfer& one) { return one.number == number; });
  if (found == pending.end()) return true;
  if (!is_there(*found)) return false;
  pending.erase(found);
  return true;
}

// Who waits for a message looks without rest while it may come at once, then gives the core away to whoever wants it, such as another rank, and then sleeps.
inline void rest(std::chrono::steady_clock::duration waited) {
  using std::chrono::microseconds;
  if (waited < microseconds(20)) return;
  if (waited < microseconds(2000))
    sched_yield();
  else
    std::this_thread::sleep_for(microseconds(50));
}

}  // namespace convoy
