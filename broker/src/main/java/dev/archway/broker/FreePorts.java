package dev.archway.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds TCP ports of the loopback address that nothing listens on. Kafka and the services must know
 * their ports before they bind them.
 */
public final class FreePorts {
  private FreePorts() {}

  /** This many different ports, free at the time of the call. */
  public static List<Integer> find(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      // All are held until the last is found, so that no port comes twice.
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot find a free port of the loopback address: " + e, e);
    } finally {
      for (ServerSocket socket : sockets) {
        try {
          socket.close();
        } catch (IOException _) {
          // The port stays taken, and whoever binds it says so.
        }
      }
    }
  }
}
