// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/model_corpus.h"

#include <utility>

namespace orrery {
namespace {

// Returns an effect that adds `n` to `variable`.
ModelEffect Add(size_t variable, int64_t n) {
  return [variable, n](ModelState& s) { s[variable] += n; };
}

ModelEffect Set(size_t variable, int64_t value) {
  return [variable, value](ModelState& s) { s[variable] = value; };
}

// Returns an effect that copies `variable` to the private variable `local`.
ModelEffect Load(size_t variable, size_t local) {
  return [variable, local](ModelState& s) { s.local(local) = s[variable]; };
}

ModelProgram SpawnAndJoin(ModelProgram program) {
  program.SpawnAll().JoinAll();
  return program;
}

ModelThread& Pad(ModelThread& thread, size_t n) {
  for (size_t i = 0; i < n; ++i) thread.Local();
  return thread;
}

}  // namespace

ModelProgram Account() {
  ModelProgram program;
  const size_t m = program.Lock();
  const size_t balance = program.Variable(1);
  const size_t deposited = program.Variable();
  const size_t withdrawn = program.Variable();
  const auto skip_unless = [](size_t variable, size_t n) {
    return [variable, n](ModelState& s) {
      if (s[variable] == 0) s.Skip(n);
    };
  };
  program[program.Thread()]
      .Lock(m)
      .Read(deposited, skip_unless(deposited, 2))
      .Read(withdrawn, skip_unless(withdrawn, 1))
      .Read(balance,
            [balance](ModelState& s) {
              if (s[balance] != (1 - 2) - 4) s.Fail();
            })
      .Unlock(m);
  program[program.Thread()]
      .Lock(m)
      .Write(balance, Add(balance, 2))
      .Write(deposited, Set(deposited, 1))
      .Unlock(m);
  program[program.Thread()]
      .Lock(m)
      .Write(balance, Add(balance, -4))
      .Write(withdrawn, Set(withdrawn, 1))
      .Unlock(m);
  return SpawnAndJoin(std::move(program));
}

ModelProgram Bluetooth() {
  ModelProgram program;
  const size_t pending = program.Variable(1);
  const size_t flag = program.Variable();
  const size_t event = program.Variable();
  const size_t stopped = program.Variable();
  const auto decrement = [pending, event](ModelThread& thread) {
    thread
        .Write(pending,
               [pending](ModelState& s) {
                 if (--s[pending] != 0) s.Skip(1);
               })
        .Write(event, Set(event, 1));
  };
  ModelThread& adder = program[program.Thread()];
  adder
      .Read(flag,
            [flag](ModelState& s) {
              if (s[flag] != 0) s.Skip(2);
            })
      .Write(pending, Add(pending, 1))
      .Read(stopped, [stopped](ModelState& s) {
        if (s[stopped] != 0) s.Fail();
      });
  decrement(adder);
  ModelThread& stopper = program[program.Thread()];
  stopper.Write(flag, Set(flag, 1));
  decrement(stopper);
  stopper
      .Read(event,
            [event](ModelState& s) {
              if (s[event] == 0) s.Skip(1);
            })
      .Write(stopped, Set(stopped, 1));
  return SpawnAndJoin(std::move(program));
}

ModelProgram Deadlock01(size_t pad) {
  ModelProgram program;
  const size_t a = program.Lock();
  const size_t b = program.Lock();
  ModelThread& first = program[program.Thread()];
  Pad(Pad(first, pad).Lock(a), pad).Lock(b).Unlock(b).Unlock(a);
  ModelThread& second = program[program.Thread()];
  Pad(Pad(second, pad).Lock(b), pad).Lock(a).Unlock(a).Unlock(b);
  return SpawnAndJoin(std::move(program));
}

ModelProgram Dining(size_t n) {
  ModelProgram program;
  std::vector<size_t> forks;
  for (size_t i = 0; i < n; ++i) forks.push_back(program.Lock());
  for (size_t i = 0; i < n; ++i) {
    const size_t left = forks[i];
    const size_t right = forks[(i + 1) % n];
    program[program.Thread()].Lock(left).Lock(right).Unlock(right).Unlock(left);
  }
  return SpawnAndJoin(std::move(program));
}

ModelProgram Lazy01() {
  ModelProgram program;
  const size_t m = program.Lock();
  const size_t d = program.Variable();
  program[program.Thread()].Lock(m).Write(d, Add(d, 1)).Unlock(m);
  program[program.Thread()].Lock(m).Write(d, Add(d, 2)).Unlock(m);
  program[program.Thread()]
      .Lock(m)
      .Read(d,
            [d](ModelState& s) {
              if (s[d] >= 3) s.Fail();
            })
      .Unlock(m);
  return SpawnAndJoin(std::move(program));
}

ModelProgram Reorder(size_t setters, size_t checkers) {
  ModelProgram program;
  const size_t a = program.Variable();
  const size_t b = program.Variable();
  for (size_t i = 0; i < setters; ++i) {
    program[program.Thread()].Write(a, Set(a, 1)).Write(b, Set(b, -1));
  }
  // Fails unless (a == 0 && b == 0) || (a == 1 && b == -1), each variable
  // looked at only when its turn comes.
  for (size_t i = 0; i < checkers; ++i) {
    program[program.Thread()]
        .Read(a,
              [a](ModelState& s) {
                if (s[a] != 0) s.Skip(1);
              })
        .Read(b,
              [b](ModelState& s) {
                if (s[b] == 0) s.End();
              })
        .Read(a,
              [a](ModelState& s) {
                if (s[a] != 1) s.Fail();
              })
        .Read(b, [b](ModelState& s) {
          if (s[b] != -1) s.Fail();
        });
  }
  return SpawnAndJoin(std::move(program));
}

ModelProgram Twostage(size_t n) {
  ModelProgram program;
  const size_t m1 = program.Lock();
  const size_t m2 = program.Lock();
  const size_t d1 = program.Variable();
  const size_t d2 = program.Variable();
  for (size_t i = 1; i < n; ++i) {
    program[program.Thread()]
        .Lock(m1)
        .Write(d1, Set(d1, 1))
        .Unlock(m1)
        .Lock(m2)
        .Read(d1, Load(d1, 0))
        .Write(d2, [d2](ModelState& s) { s[d2] = s.local(0) + 1; })
        .Unlock(m2);
  }
  program[program.Thread()]
      .Lock(m1)
      .Read(d1,
            [d1](ModelState& s) {
              if (s[d1] == 0) s.Skip(5);
            })
      .Read(d1, Load(d1, 0))
      .Unlock(m1)
      .Lock(m2)
      .Read(d2, [d2](ModelState& s) { s.local(1) = s[d2]; })
      .Unlock(m2,
              [](ModelState& s) {
                if (s.local(1) != s.local(0) + 1) s.Fail();
                s.End();
              })
      .Unlock(m1);
  return SpawnAndJoin(std::move(program));
}

ModelProgram Wronglock(size_t k) {
  ModelProgram program;
  const size_t m1 = program.Lock();
  const size_t m2 = program.Lock();
  const size_t d = program.Variable();
  const auto store = [d](ModelState& s) { s[d] = s.local(0) + 1; };
  program[program.Thread()]
      .Lock(m1)
      .Read(d, Load(d, 0))
      .Write(d, [d](ModelState& s) { s[d] += 1; })
      .Read(d,
            [d](ModelState& s) {
              if (s[d] != s.local(0) + 1) s.Fail();
            })
      .Unlock(m1);
  for (size_t i = 0; i < k; ++i) {
    program[program.Thread()]
        .Lock(m2)
        .Read(d, Load(d, 0))
        .Write(d, store)
        .Unlock(m2);
  }
  return SpawnAndJoin(std::move(program));
}

ModelProgram Stringbuffer() {
  ModelProgram program;
  const size_t m = program.Lock();
  const size_t count = program.Variable(3);
  program[program.Thread()]
      .Lock(m)
      .Read(count, Load(count, 0))
      .Unlock(m)
      .Lock(m)
      .Read(count,
            [count](ModelState& s) {
              if (s.local(0) > s[count]) s.Fail();
            })
      .Unlock(m);
  program[program.Thread()]
      .Lock(m)
      .Write(count, Set(count, 0))
      .Unlock(m)
      .Lock(m)
      .Write(count, Set(count, 3))
      .Unlock(m);
  return SpawnAndJoin(std::move(program));
}

ModelProgram Fig5() {
  ModelProgram program;
  const size_t x = program.Variable();
  Pad(program[program.Thread()], 20).Write(x, Set(x, 1));
  program[program.Thread()].Read(x, [x](ModelState& s) {
    if (s[x] == 1) s.Fail();
  });
  return SpawnAndJoin(std::move(program));
}

ModelProgram Fig1b(size_t pad) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  Pad(Pad(program[program.Thread()], pad).Write(x, Set(x, 0)), pad);
  Pad(program[program.Thread()], pad)
      .Read(x,
            [x](ModelState& s) {
              if (s[x] == 0) s.End();
            })
      .Read(x, [x](ModelState& s) {
        if (s[x] == 0) s.Fail();
      });
  return SpawnAndJoin(std::move(program));
}

ModelProgram Uneven(size_t stores) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  program[program.Thread()].Write(x, Set(x, 0));
  ModelThread& other = program[program.Thread()];
  for (size_t i = 0; i < stores; ++i) other.Write(x, Set(x, 1));
  program.SpawnAll().JoinAll();
  program[0].Read(x, [x](ModelState& s) {
    if (s[x] == 0) s.Fail();
  });
  return program;
}

namespace {

void AddDoublings(ModelThread& thread, size_t x, size_t n, int64_t plus) {
  for (size_t i = 0; i < n; ++i) {
    thread.Write(x, [x, plus](ModelState& s) { s[x] = 2 * s[x] + plus; });
  }
}

}  // namespace

ModelProgram Doubling(size_t n) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  const size_t other = program.Thread();
  AddDoublings(program[other], x, n, 0);
  program.SpawnAll();
  AddDoublings(program[0], x, n, 1);
  return program;
}

ModelProgram DoublingWithYields(size_t n) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  const size_t other = program.Thread();
  program.SpawnAll();
  program[0].Yield();
  for (size_t i = 0; i < n; ++i) {
    if (i != 0) {
      program[0].Yield();
      program[other].Yield();
    }
    program[0].Plain([x](ModelState& s) { s[x] = 2 * s[x] + 1; });
    program[other].Plain([x](ModelState& s) { s[x] = 2 * s[x]; });
  }
  return program;
}

ModelProgram DoublingWithMain(size_t n) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  AddDoublings(program[program.Thread()], x, n, 0);
  AddDoublings(program[program.Thread()], x, n, 1);
  return SpawnAndJoin(std::move(program));
}

}  // namespace orrery
