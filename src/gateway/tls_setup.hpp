// What one control thread needs for phase 1: an OpenSSL library of its own, its way to the keeper, and the
// server context with the certificates. A reload makes a new one; connections keep theirs alive until they
// are done.
#pragma once

#include <memory>

#include "gateway/keeper_link.hpp"
#include "proto/gateway_settings.hpp"
#include "tls/library.hpp"
#include "tls/server_context.hpp"

namespace sallyport::gateway {

class TlsSetup {
 public:
  static Result<std::shared_ptr<TlsSetup>> make(const net::Executor& executor,
                                                const proto::TlsSettings& settings, Descriptor keeper_socket);
  TlsSetup(const TlsSetup&) = delete;
  TlsSetup& operator=(const TlsSetup&) = delete;
  ~TlsSetup();

  Result<tls::Connection> new_connection() const;
  tls::RemoteKeys& keys() { return link_->keys(); }
  // What its connections live in: a tunnel holds it, and with it neither the link nor the keeper.
  std::shared_ptr<const tls::Library> library() const { return library_; }
  void replace_keeper(Descriptor socket) { link_->replace(std::move(socket)); }

 private:
  TlsSetup(std::shared_ptr<KeeperLink> link, std::shared_ptr<tls::Library> library,
           tls::ServerContext context)
      : link_(std::move(link)), library_(std::move(library)), context_(std::move(context)) {}

  // In this order: the context's keys live in the library, the library's provider asks the link.
  std::shared_ptr<KeeperLink> link_;
  std::shared_ptr<tls::Library> library_;
  tls::ServerContext context_;
};

}  // namespace sallyport::gateway
