// The gateway's end of the keeper, without a socket: RemoteKeys turns what OpenSSL wants from a private key
// into requests and waits for their answers. TLS handshake phase of the gateway, and renegotiations in its
// tunnels; one object per control thread or tunnel worker, used by that thread only.
//
// With SSL_MODE_ASYNC the wait does not block: SSL_do_handshake gives SSL_ERROR_WANT_ASYNC, and the stream
//   1. takes last_paused() at once and installs its wake-up with on_answer();
//   2. calls SSL_do_handshake again after the wake-up;
//   3. on a deadline or close calls abandon() and SSL_do_handshake once more, which fails: only that ends the
//      job, and SSL_free with a paused job leaks its stack of 32 KB.
// Whoever reads the keeper's socket passes each answer to complete(), and calls fail_all() when it is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "tls/handles.hpp"
#include "tls/remote_key_request.hpp"

namespace sallyport::tls {

class Library;

class KeyTransport {
 public:
  virtual ~KeyTransport() = default;
  // Must not block; false: the way to the keeper is full or gone, and this handshake fails.
  virtual bool send(const KeyRequest& request) = 0;
  // Blocks for at most 100 ms; used only outside of ASYNC jobs.
  virtual Result<KeyAnswer> receive() = 0;
};

class RemoteKeys {
 public:
  // The transport must outlive this object. It may change its socket for that of a new keeper at any time.
  explicit RemoteKeys(KeyTransport& transport) : transport_(transport) {}
  RemoteKeys(const RemoteKeys&) = delete;
  RemoteKeys& operator=(const RemoteKeys&) = delete;

  // For the provider. Inside an ASYNC job pauses it until the outcome is there, otherwise blocks.
  Result<Secret> perform(KeyRequest request);

  // The request for which a job was paused last: valid right after SSL_ERROR_WANT_ASYNC.
  std::uint32_t last_paused() const { return last_paused_; }

  // Calls `wake` once when the outcome is there, or now if it is there already. A wake-up may be called while
  // another handshake runs, so it must do no more than note or post that this stream may go on.
  void on_answer(std::uint32_t id, std::function<void()> wake);

  void complete(KeyAnswer answer);  // answers that nobody waits for any more are dropped
  bool wants(std::uint32_t id) const;
  void abandon(std::uint32_t id);  // fails the request; its wake-up is forgotten, not called
  void fail_all();                 // the keeper died: fails every open request and calls the wake-ups

  std::size_t open_requests() const { return waiting_.size(); }

  // In a thread that drives connections of another's library: while this object lives, what they want from
  // their private keys goes through `keys`. Made and destroyed in that thread, one at a time.
  class InThread {
   public:
    explicit InThread(RemoteKeys& keys);
    InThread(const InThread&) = delete;
    InThread& operator=(const InThread&) = delete;
    ~InThread();
  };
  // This thread's, where there is an InThread; else `otherwise`.
  static RemoteKeys& of_thread(RemoteKeys& otherwise);

 private:
  struct Waiting {
    std::optional<Result<Secret>> outcome;
    std::function<void()> wake;
  };

  std::uint32_t unused_id();
  Result<Secret> wait(std::uint32_t id);

  KeyTransport& transport_;
  std::unordered_map<std::uint32_t, Waiting> waiting_;
  std::uint32_t last_id_ = 0;
  std::uint32_t last_paused_ = 0;
};

// The key for SSL_CTX_use_PrivateKey, which goes after SSL_CTX_use_certificate: its public half is that of
// the certificate, its private half is key `number` in the keeper. The library must have been opened with
// RemoteKeys.
Result<KeyHandle> remote_key(const Library& library, const evp_pkey_st& public_key, std::uint16_t number);

}  // namespace sallyport::tls
