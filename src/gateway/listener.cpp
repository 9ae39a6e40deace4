// Phase 1 on the gateway: accept, TLS handshake, hand over to a Connection.
#include "base/log.hpp"
#include "gateway/connection.hpp"
#include "gateway/control_thread.hpp"

namespace sallyport::gateway {

namespace {

using std::chrono::seconds;

constexpr seconds handshake_limit{10};

std::string_view about_certificate(const tls::Connection& tls, bool asked) {
  if (!asked) return "not requested";
  if (!tls.faults().empty()) return "faulty";
  return tls.peer_certificate() ? "given" : "none";
}

void log_handshake(const tls::Connection& tls, const Endpoint& peer, std::uint64_t attempt) {
  log::info("TLS handshake done", {{"attempt", static_cast<std::int64_t>(attempt)},
                                   {"peer", peer.to_text()},
                                   {"version", tls.version()},
                                   {"cipher", tls.cipher()},
                                   {"group", tls.key_exchange()},
                                   {"server_name", tls.server_name()}});
}

}  // namespace

void ControlThread::listen(Descriptor listener) {
  auto acceptor = std::make_shared<net::Acceptor>(loop_.executor(), std::move(listener), descriptors_);
  net::spawn(loop_.executor(), accept_all(std::move(acceptor)),
             [](const Error& error) { log::error("a listener failed: " + error.text); });
}

net::Task<void> ControlThread::accept_all(std::shared_ptr<net::Acceptor> acceptor) {
  for (;;) {
    auto accepted = co_await acceptor->accept();
    const auto peer = accepted.peer;
    if (!accepted.descriptor) {
      report_refused(peer);
      continue;
    }
    const auto attempt = next_attempt();
    net::spawn(loop_.executor(), welcome(std::move(accepted), attempt), [peer, attempt](const Error& error) {
      log::info("connection ended: " + error.text,
                {{"attempt", static_cast<std::int64_t>(attempt)}, {"peer", peer.to_text()}});
    });
  }
}

// At once, and then now and then.
void ControlThread::report_refused(const Endpoint& peer) {
  ++refused_;
  if (!refusals_told_.allow(std::chrono::steady_clock::now())) return;
  log::warning("no descriptor is left: connections are refused",
               {{"refused", refused_}, {"last", peer.to_text()}});
}

net::Task<void> ControlThread::welcome(net::Accepted accepted, std::uint64_t attempt) {
  const auto tls = tls_;  // a reload meanwhile does not take it away
  const auto peer = accepted.peer;
  net::Socket socket(loop_.executor(), std::move(accepted.descriptor));
  auto connection = or_throw(tls->new_connection());
  net::TlsStream stream(std::move(socket), std::move(connection));
  auto ticket = unauthenticated_.enter(peer.address, [&stream] { stream.abort(); });
  try {
    co_await serve(stream, peer, attempt, tls, ticket);
  } catch (const Failure&) {
    if (!ticket.was_dropped()) throw;
    throw Failure({ErrorKind::unavailable, "too many others without a login"});
  }
}

net::Task<void> ControlThread::serve(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                                     std::shared_ptr<TlsSetup> tls,
                                     UnauthenticatedConnections::Ticket& ticket) {
  const auto settings = settings_;  // nor these
  const bool asks_certificate = !settings->tls.client_ca.value_or("").empty();
  co_await handshake(stream, peer, attempt, tls, asks_certificate);
  const auto& done = stream.connection();
  const auto own = done.own_certificate();
  const Caller caller{.peer = peer,
                      .attempt = attempt,
                      .certificate_hash = own ? own->fingerprint() : "",
                      .certificate = ClientCertificate::of(done),
                      .settings = settings,
                      .services = services_,
                      .flow = flow_,
                      .ticket = ticket};
  co_await serve_requests(caller, stream, tls->library());
}

net::Task<void> ControlThread::handshake(net::TlsStream& stream, Endpoint peer, std::uint64_t attempt,
                                         std::shared_ptr<TlsSetup> tls, bool asks_certificate) {
  const auto event = [attempt](flow::Step step) {
    return flow::Event(attempt, flow::Phase::handshake, step);
  };
  flow_.record(event(flow::Step::connected).with(flow::FieldName::peer, peer.to_text()));
  try {
    co_await stream.handshake(handshake_limit, &tls->keys());
  } catch (const Failure& failure) {
    flow_.record(event(flow::Step::failed).with(flow::FieldName::reason, failure.error().text));
    throw Failure({failure.error().kind, "TLS handshake: " + failure.error().text});
  }
  const auto& done = stream.connection();
  flow_.record(event(flow::Step::finished)
                   .with(flow::FieldName::version, done.version())
                   .with(flow::FieldName::cipher, done.cipher())
                   .with(flow::FieldName::group, done.key_exchange())
                   .with(flow::FieldName::session_id_sent, std::ssize(done.client_session_id()))
                   .with(flow::FieldName::session_id_chosen, std::ssize(done.server_session_id()))
                   .with(flow::FieldName::client_certificate, about_certificate(done, asks_certificate)));
  log_handshake(done, peer, attempt);
}

}  // namespace sallyport::gateway
