// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Sockets, and the names of machines.

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include "orrery/testing/caught_escape.h"

using orrery::IsEscape;

namespace {

int Refuse() {
  errno = EACCES;
  return -1;
}

}  // namespace

ORRERY_CATCH(int, socket, int domain, int type, int protocol) {
  if (!IsEscape("socket")) return real_socket(domain, type, protocol);
  return Refuse();
}

ORRERY_CATCH(int, socketpair, int domain, int type, int protocol,
             int* sockets) {
  if (!IsEscape("socketpair")) {
    return real_socketpair(domain, type, protocol, sockets);
  }
  return Refuse();
}

ORRERY_CATCH(int, bind, int socket, const sockaddr* address, socklen_t length) {
  if (!IsEscape("bind")) return real_bind(socket, address, length);
  return Refuse();
}

ORRERY_CATCH(int, listen, int socket, int backlog) {
  if (!IsEscape("listen")) return real_listen(socket, backlog);
  return Refuse();
}

ORRERY_CATCH(int, connect, int socket, const sockaddr* address,
             socklen_t length) {
  if (!IsEscape("connect")) return real_connect(socket, address, length);
  return Refuse();
}

ORRERY_CATCH(int, accept, int socket, sockaddr* address, socklen_t* length) {
  if (!IsEscape("accept")) return real_accept(socket, address, length);
  return Refuse();
}

ORRERY_CATCH(int, accept4, int socket, sockaddr* address, socklen_t* length,
             int flags) {
  if (!IsEscape("accept4")) {
    return real_accept4(socket, address, length, flags);
  }
  return Refuse();
}

ORRERY_CATCH(int, getaddrinfo, const char* node, const char* service,
             const addrinfo* hints, addrinfo** found) {
  if (!IsEscape("getaddrinfo")) {
    return real_getaddrinfo(node, service, hints, found);
  }
  return EAI_FAIL;
}

ORRERY_CATCH(hostent*, gethostbyname, const char* name) {
  if (!IsEscape("gethostbyname")) return real_gethostbyname(name);
  h_errno = NO_RECOVERY;
  return nullptr;
}
