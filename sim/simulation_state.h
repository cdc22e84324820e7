// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimulationState`: all that a simulation keeps. What is done with it is in
// simulation.h.

#ifndef ORRERY_SIM_SIMULATION_STATE_H_
#define ORRERY_SIM_SIMULATION_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/clock_control.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/ready_queue.h"
#include "orrery/sim/recorder.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/sim/slow_step_detector.h"
#include "orrery/sim/spin_watch.h"
#include "orrery/sim/timer_queue.h"

namespace orrery {

struct LoopStorage;
class NodeControl;

// What others keep for as long as a simulation lives: `Simulation::Attached`.
class Attachment {
 public:
  virtual ~Attachment() = default;
  // Adds to `notes`, lines of text, what is to be told of the run that is over.
  virtual void AddNotes(std::string& /*notes*/) const {}
};

class ThreadPool;

class SimulationState {
 protected:
  // Takes its memory over from the simulation before it on this thread.
  explicit SimulationState(SimulationOptions options);
  ~SimulationState();

  // What the loop touches at each step comes first.
  std::unique_ptr<LoopStorage> storage_;
  ReadyQueue ready_;  // lives in `storage_` between runs
  TimerQueue* timers_;
  Scheduler* scheduler_;
  Runnable* current_runnable_;
  TaskId last_ran_;  // outlives the runnable that took the latest step
  SimTime now_;
  uint64_t batch_end_ = 0;
  uint64_t steps_ = 0;
  uint64_t instant_began_ = 0;  // the steps that were taken before the instant
  // The loop pauses at it, to see whether a limit is reached. Steps are counted
  // only here: it lies where the next limit could be.
  uint64_t step_bound_ = 0;
  SimTime clock_limit_;  // up to which timers fire
  bool asks_ = false;    // operations let the scheduler choose first
  bool stop_ = false;
  bool stop_after_batch_ = false;
  bool closing_ = false;
  bool cutting_off_ = false;
  bool own_clocks_ = false;     // some node's clock is not the simulation's
  bool events_ = false;         // events are taken down
  bool watched_ = false;        // events or accesses are
  bool over_ = false;           // it was finished
  bool main_fails_run_ = true;  // by the exception that it ends with
  bool uses_locals_ = false;    // some task-local variable was set
  SchedulerTraits traits_;
  ChoicePoint next_choice_;  // of who runs next; filled in for each
  Outcome outcome_ = Outcome::kUnknown;
  uint64_t instants_ = 0;                 // see `StepInfo::instant`
  std::optional<uint64_t> notice_cause_;  // of the notice that runs
  uint32_t last_number_ = 0;
  uint32_t last_object_ = 0;
  uint32_t last_span_ = 0;
  uint64_t last_message_ = 0;
  uint32_t root_objects_ = 0;
  uint32_t serial_;
  Recorder recorder_;
  Runnable root_;  // stands for the loop itself: the parent of the main task
  SimulationOptions options_;
  std::optional<RunFailure> failure_;
  SimTime max_time_;
  ClockControl clock_control_;
  StopReason stop_reason_ = StopReason::kIdle;
  SpinWatch* spin_watch_ =
      nullptr;              // while the steps of a live-lock are counted
  uint32_t left_over_ = 0;  // tasks that are asked to end, main being done
  std::vector<RunFailure> late_failures_;  // theirs
  SlowStepDetector slow_steps_;
  std::shared_ptr<ThreadPool> default_pool_;
  std::unique_ptr<NodeControl> nodes_;
  std::string never_awaited_;  // where the first Task was made that was not
  // What few runs have. Null until it is needed.
  struct Kept {
    std::string notes;
    // By the address of what stands for its type.
    std::vector<std::pair<const void*, std::unique_ptr<Attachment>>> attached;
  };
  std::unique_ptr<Kept> kept_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SIMULATION_STATE_H_
