#include "authenticator/service.hpp"

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace sallyport::authenticator {

namespace {

using Clock = std::chrono::steady_clock;
using Request = Service::Request;
using Answer = Service::Answer;
using Reply = Service::Reply;

// A request until it is answered. Whoever takes the reply out answers: the back end or the clock.
struct Pending {
  Request request;
  Reply reply;
  Clock::time_point deadline;
};
using PendingRef = std::shared_ptr<Pending>;

struct Lane {
  std::shared_ptr<auth::Authenticator> back_end;  // null: the name is gone since a reload
  std::deque<PendingRef> waiting;
  std::condition_variable_any changed;
  std::jthread worker;
};

void answer_unavailable(std::uint64_t id, const Reply& reply, const char* text) {
  reply(Answer{id, Answer::Unavailable{text}});
}

Result<Service::BackEnds> open_back_ends(const Settings& settings,
                                         const std::shared_ptr<auth::OtpLedger>& ledger) {
  Service::BackEnds back_ends;
  for (const auto& file : settings.files) {
    auto back_end = auth::FileAuthenticator::open(file.users, file.otp, ledger);
    if (!back_end) return fail(back_end.error().kind, "[aaa." + file.aaa + "] " + back_end.error().text);
    back_ends[file.aaa] = std::move(*back_end);
  }
  return back_ends;
}

}  // namespace

// One mutex for all queues: it is held for a few instructions, never while a back end works or a reply is
// called.
struct Service::State {
  Limits limits;
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Lane>> lanes;
  std::list<PendingRef> unanswered;  // in order of their deadlines, which is the order they came in
  std::condition_variable_any unanswered_changed;
  std::jthread clock;

  void use(const BackEnds& back_ends);
  void run_lane(const std::stop_token& stop, Lane& lane);
  void run_clock(const std::stop_token& stop);
  Reply take_reply(const PendingRef& pending);
};

// The reply, if nobody has answered yet. The mutex is held. The clock is told, so that it lets go of the
// request and its password.
Reply Service::State::take_reply(const PendingRef& pending) {
  unanswered.remove(pending);
  unanswered_changed.notify_one();
  return std::exchange(pending->reply, nullptr);
}

void Service::State::run_lane(const std::stop_token& stop, Lane& lane) {
  std::unique_lock lock(mutex);
  while (lane.changed.wait(lock, stop, [&] { return !lane.waiting.empty(); }) && !stop.stop_requested()) {
    const auto pending = lane.waiting.front();
    lane.waiting.pop_front();
    const auto back_end = lane.back_end;
    lock.unlock();
    Answer answer{pending->request.id, Answer::Unavailable{"no such back end"}};
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (back_end) answer.outcome = back_end->authenticate(pending->request, now);
    lock.lock();
    const auto reply = take_reply(pending);
    lock.unlock();
    if (reply) reply(std::move(answer));
    lock.lock();
  }
}

void Service::State::run_clock(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (unanswered_changed.wait(lock, stop, [&] { return !unanswered.empty(); }) && !stop.stop_requested()) {
    const auto pending = unanswered.front();
    const auto answered = [&] { return !pending->reply; };
    if (unanswered_changed.wait_until(lock, stop, pending->deadline, answered)) continue;
    if (stop.stop_requested()) return;
    const auto id = pending->request.id;
    const auto reply = take_reply(pending);
    for (auto& [name, lane] : lanes) std::erase(lane->waiting, pending);
    lock.unlock();
    answer_unavailable(id, reply, "the back end did not answer in time");
    lock.lock();
  }
}

// Gives each name its back end. The lane of a name that is gone stays, without a back end, so that a reload
// never waits for one that is busy.
void Service::State::use(const BackEnds& back_ends) {
  const std::lock_guard lock(mutex);
  for (auto& [name, lane] : lanes) lane->back_end = nullptr;
  for (const auto& [name, back_end] : back_ends) {
    auto& lane = lanes[name];
    if (!lane) lane = std::make_unique<Lane>();
    lane->back_end = back_end;
    if (!lane->worker.joinable())
      lane->worker =
          std::jthread([this, &place = *lane](const std::stop_token& stop) { run_lane(stop, place); });
  }
}

Result<std::unique_ptr<Service>> Service::open(const Settings& settings,
                                               std::shared_ptr<auth::OtpLedger> ledger, Limits limits) {
  const auto back_ends = TRY(open_back_ends(settings, ledger));
  return std::make_unique<Service>(back_ends, std::move(ledger), limits);
}

Service::Service(const BackEnds& back_ends, std::shared_ptr<auth::OtpLedger> ledger, Limits limits)
    : ledger_(std::move(ledger)), state_(std::make_unique<State>()) {
  state_->limits = limits;
  state_->use(back_ends);
  state_->clock = std::jthread([this](const std::stop_token& stop) { state_->run_clock(stop); });
}

Service::~Service() {
  for (auto& [name, lane] : state_->lanes) lane->worker.request_stop();
  state_->clock = {};
  for (auto& [name, lane] : state_->lanes) lane->worker = {};
  for (const auto& pending : state_->unanswered)
    answer_unavailable(pending->request.id, pending->reply, "the authenticator is stopping");
}

void Service::submit(Request request, Reply reply) {
  const auto id = request.id;
  std::unique_lock lock(state_->mutex);
  const auto found = state_->lanes.find(request.aaa);
  const char* obstacle = nullptr;
  if (found == state_->lanes.end() || !found->second->back_end)
    obstacle = "no such back end";
  else if (found->second->waiting.size() >= state_->limits.waiting)
    obstacle = "busy";
  if (obstacle != nullptr) {
    lock.unlock();
    return answer_unavailable(id, reply, obstacle);
  }
  auto pending = std::make_shared<Pending>(
      Pending{std::move(request), std::move(reply), Clock::now() + state_->limits.time});
  state_->unanswered.push_back(pending);
  state_->unanswered_changed.notify_one();
  found->second->waiting.push_back(std::move(pending));
  found->second->changed.notify_one();
}

Result<void> Service::reload(const Settings& settings) {
  state_->use(TRY(open_back_ends(settings, ledger_)));
  return {};
}

}  // namespace sallyport::authenticator
