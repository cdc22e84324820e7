// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Channel<T>`: items handed from task to task, first in, first out, until it
// is closed; as a channel of Go.
//
//   Channel<Job> jobs;            // no room: sender and receiver meet
//   co_await jobs.Send(job);
//   jobs.Close();
//
//   co_await jobs.ForEach([](Job job) { Run(job); });
//
// An item is in the channel, or with one of the two tasks; whoever is
// cancelled, none is lost. `Select` (select.h) waits for the first of several
// channels.

#ifndef ORRERY_SIM_SYNC_CHANNEL_H_
#define ORRERY_SIM_SYNC_CHANNEL_H_

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/channel_case.h"
#include "orrery/sim/sync/channel_closed.h"
#include "orrery/sim/sync/ring_buffer.h"
#include "orrery/sim/task.h"

namespace orrery {

template <typename T>
class Channel : public ChannelBase {
 public:
  // There is room for `capacity` items; with none, sending and receiving wait
  // for each other. `name` is for reports.
  explicit Channel(size_t capacity = 0, absl::string_view name = "",
                   SourceSite site = SourceSite::current())
      : ChannelBase(name, site), capacity_(capacity) {}

  // A case of `Select`: see `SendCase`.
  class SendingCase final : public ChannelCase {
   public:
    SendingCase(Channel* channel, T* item)
        : ChannelCase(channel, AccessKind::kRelease), item_(item) {}

    bool IsReady() const override { return of()->CanSend(); }
    void Do(Simulation& simulation) override {
      refused_ = of()->IsClosed();
      if (refused_) return;
      of()->Put(simulation, std::move(*item_));
      sent_ = true;
    }
    // To be called when it was the one that was done.
    void Finish() const {
      if (refused_) of()->FailClosed();
      if (!sent_) FailClosedMeanwhile();
    }

   private:
    friend Channel;
    Channel* of() const { return static_cast<Channel*>(channel()); }
    // Takes the item of a sender that waits.
    T GiveUp(Simulation& simulation) {
      sent_ = true;
      T item = std::move(*item_);
      this->Complete(simulation);
      return item;
    }

    T* item_;
    bool sent_ = false;
    bool refused_ = false;  // it was closed before
  };

  // A case of `Select`: see `ReceiveCase`.
  class ReceivingCase final : public ChannelCase {
   public:
    ReceivingCase(Channel* channel, std::optional<T>* item)
        : ChannelCase(channel, AccessKind::kAcquire), item_(item) {
      item_->reset();
    }

    bool IsReady() const override { return of()->CanReceive(); }
    void Do(Simulation& simulation) override {
      if (of()->HasItem()) item_->emplace(of()->Take(simulation));
    }
    void Finish() const {}

   private:
    friend Channel;
    Channel* of() const { return static_cast<Channel*>(channel()); }
    // Gives an item to a receiver that waits.
    void Accept(Simulation& simulation, T item) {
      item_->emplace(std::move(item));
      this->Complete(simulation);
    }

    std::optional<T>* item_;
  };

  // What points into itself is made when it is awaited: g++ 12 copies awaiters
  // before that.
  class [[nodiscard]] SendAwaiter : public CaseOperation {
   public:
    SendAwaiter(Channel* channel, T item)
        : CaseOperation(channel, AccessKind::kRelease, WaitKind::kChannelSend),
          channel_(channel),
          item_(std::move(item)) {}
    bool await_ready() {
      only_ = &case_.emplace(channel_, &item_);
      SetCases(absl::MakeConstSpan(&only_, 1));
      return CaseOperation::await_ready();
    }
    void await_resume() {
      End();
      case_->Finish();
    }

   private:
    Channel* channel_;
    T item_;
    std::optional<SendingCase> case_;
    ChannelCase* only_ = nullptr;
  };

  class [[nodiscard]] ReceiveAwaiter : public CaseOperation {
   public:
    explicit ReceiveAwaiter(Channel* channel)
        : CaseOperation(channel, AccessKind::kAcquire,
                        WaitKind::kChannelReceive),
          channel_(channel) {}
    bool await_ready() {
      only_ = &case_.emplace(channel_, &item_);
      SetCases(absl::MakeConstSpan(&only_, 1));
      return CaseOperation::await_ready();
    }
    std::optional<T> await_resume() {
      End();
      return std::move(item_);
    }

   private:
    Channel* channel_;
    std::optional<T> item_;
    std::optional<ReceivingCase> case_;
    ChannelCase* only_ = nullptr;
  };

  // Hands `item` to the first task that waits to receive, or puts it into the
  // channel; waits while there is neither one nor room. Throws ChannelClosed,
  // and drops the item, if the channel is closed, or is while the task waits.
  // If it throws `Cancelled`, the item was not sent.
  //   co_await jobs.Send(job);
  SendAwaiter Send(T item) { return SendAwaiter(this, std::move(item)); }

  // Takes the first item; waits while there is none. Returns nothing if there
  // is none and the channel is closed, or is while the task waits.
  //   std::optional<Job> job = co_await jobs.Receive();
  ReceiveAwaiter Receive() { return ReceiveAwaiter(this); }

  // The same if it need not wait. Returns whether the item was sent.
  bool TrySend(T item) {
    Simulation& simulation = Simulation::Current("Channel::TrySend");
    if (simulation.closing()) return false;  // by a destructor of the dead
    simulation.Accessed(*this, AccessKind::kRelease);
    if (IsClosed()) FailClosed();
    if (!CanSend()) return false;
    Put(simulation, std::move(item));
    return true;
  }

  // The same if it need not wait. Returns nothing if it had to, or if the
  // channel is closed and empty.
  std::optional<T> TryReceive() {
    Simulation& simulation = Simulation::Current("Channel::TryReceive");
    simulation.Accessed(*this, AccessKind::kAcquire);
    if (!HasItem()) return std::nullopt;
    return Take(simulation);
  }

  // Calls `f` with each item that it receives, until the channel is closed and
  // empty. If `f` returns a Task, that is awaited before the next one.
  //   co_await jobs.ForEach([](Job job) { Run(job); });
  template <std::invocable<T> F>
  Task<> ForEach(F f) {
    for (;;) {
      std::optional<T> item = co_await Receive();
      if (!item.has_value()) co_return;
      if constexpr (std::is_void_v<std::invoke_result_t<F&, T>>) {
        f(*std::move(item));
      } else {
        co_await f(*std::move(item));
      }
    }
  }

  // Cases of a `Select`. The one that receives empties `*item`, and sets it if
  // it is the one that is done; not if the channel is closed and empty. The one
  // that sends moves out of `*item` if it is the one that is done, and leaves
  // it alone if not.
  ReceivingCase ReceiveCase(std::optional<T>* item) {
    return ReceivingCase(this, item);
  }
  SendingCase SendCase(T* item) { return SendingCase(this, item); }

  // Returns how many items are in the channel.
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  size_t capacity() const { return capacity_; }

 private:
  // While somebody waits to receive, the channel is empty; while somebody waits
  // to send, it is full.
  bool CanSend() const {
    return IsClosed() || items_.size() < capacity_ ||
           FirstReceiver() != nullptr;
  }
  bool CanReceive() const { return IsClosed() || HasItem(); }
  bool HasItem() const { return !items_.empty() || FirstSender() != nullptr; }

  void Put(Simulation& simulation, T item) {
    if (ChannelCase* receiver = FirstReceiver(); receiver != nullptr) {
      static_cast<ReceivingCase*>(receiver)->Accept(simulation,
                                                    std::move(item));
    } else {
      items_.Push(std::move(item));
    }
  }

  T Take(Simulation& simulation) {
    auto* sender = static_cast<SendingCase*>(FirstSender());
    if (items_.empty()) return sender->GiveUp(simulation);
    T item = items_.Pop();
    if (sender != nullptr) items_.Push(sender->GiveUp(simulation));
    return item;
  }

  size_t capacity_;
  RingBuffer<T> items_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CHANNEL_H_
