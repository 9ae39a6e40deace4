// Requests to the keeper and its answers on a non-blocking message socket.
#pragma once

#include "base/result.hpp"
#include "tls/remote_key_request.hpp"

namespace sallyport::gateway {

// False: the keeper is gone, or takes no more.
bool send_request(int socket, const tls::KeyRequest& request);
// unavailable: none is there; closed: the keeper is gone.
Result<tls::KeyAnswer> next_answer(int socket);

}  // namespace sallyport::gateway
