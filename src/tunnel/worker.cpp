#include "tunnel/worker.hpp"

#include <system_error>
#include <thread>

#include "tunnel/loop.hpp"

namespace sallyport::tunnel {

class Worker::Thread {
 public:
  Thread(std::shared_ptr<CommandQueue> commands, std::unique_ptr<Loop> loop)
      : commands_(std::move(commands)), loop_(std::move(loop)), thread_([this] { loop_->run(); }) {}
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() {
    commands_->close();
    thread_.join();
  }

  CommandQueue& commands() { return *commands_; }

 private:
  std::shared_ptr<CommandQueue> commands_;
  std::unique_ptr<Loop> loop_;
  std::thread thread_;
};

Result<std::unique_ptr<Worker>> Worker::start(WorkerSettings settings, std::function<void(Event)> tell) {
  auto commands = TRY(CommandQueue::open());
  auto poller = TRY(Poller::open());
  std::optional<DtlsShared> dtls;
  if (!settings.udp.empty()) {
    auto sockets = TRY(UdpSockets::from(std::move(settings.udp), settings.offloads.udp_gso));
    auto context = TRY(settings.gateway ? tls::DtlsContext::open_gateway() : tls::DtlsContext::open_client());
    dtls.emplace(DtlsShared{std::move(sockets), std::move(context), Associations(settings.place), tell});
  }
  const auto& offloads = settings.offloads;
  TunQueue tun(std::move(settings.tun), offloads.tun != TunOffload::none);
  auto loop = std::make_unique<Loop>(std::move(poller), std::move(tun), offloads, std::move(dtls),
                                     std::move(tell), *commands, settings.place);
  TRY(loop->watch_sources());
  if (settings.place) settings.place.board->join(settings.place.worker, commands);
  try {
    auto thread = std::make_unique<Thread>(std::move(commands), std::move(loop));
    return std::unique_ptr<Worker>(new Worker(std::move(thread)));
  } catch (const std::system_error& error) {
    return fail(ErrorKind::unavailable, std::string("cannot start a tunnel worker: ") + error.what());
  }
}

Worker::Worker(std::unique_ptr<Thread> thread) : thread_(std::move(thread)) {}
Worker::~Worker() = default;

void Worker::post(Command command) {
  thread_->commands().post(std::move(command));
}

}  // namespace sallyport::tunnel
