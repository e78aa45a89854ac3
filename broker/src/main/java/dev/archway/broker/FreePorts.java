package dev.archway.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * TCP ports of the loopback address for those who must know their ports before they bind them, as
 * Kafka and the services must. Ports once found are this process's until it ends, as far as others
 * look for theirs here; against anybody else {@link #start} tries again. Thread-safe.
 */
public final class FreePorts {
  /** Below those that Linux gives to any connection at any time by itself: 32768 and above. */
  private static final int FIRST = 20_000;

  private static final int LAST = 29_999;
  private static final int TRIES = 5;

  /**
   * One byte for each port, locked by the process that has it. Never closed: that would free all.
   */
  private static final @Nullable FileChannel RESERVATIONS = openReservations();

  private static final List<FileLock> RESERVED = new ArrayList<>();

  private FreePorts() {}

  /** Starts something on these ports. */
  @FunctionalInterface
  public interface Starter<T, E extends Exception> {
    /** Leaves nothing behind when it fails. */
    T on(List<Integer> ports) throws E;
  }

  /** This many different ports that nobody listens on. */
  public static List<Integer> find(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      // All are held until the last is found, so that no port comes twice.
      while (sockets.size() < count) {
        sockets.add(hold());
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

  private static ServerSocket hold() throws IOException {
    for (int tried = 0; tried < LAST - FIRST; tried++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (reserve(port)) {
        try {
          return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
        } catch (BindException _) {
          // The next may be free.
        }
      }
    }
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static @Nullable FileChannel openReservations() {
    try {
      return FileChannel.open(
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "archway-ports-" + System.getProperty("user.name")),
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE);
    } catch (IOException | RuntimeException _) {
      return null; // Then chance has to do: ten thousand ports, and the bind that follows soon.
    }
  }

  private static boolean reserve(int port) throws IOException {
    if (RESERVATIONS == null) {
      return true;
    }
    synchronized (RESERVED) {
      try {
        FileLock lock = RESERVATIONS.tryLock(port, 1, false);
        return lock != null && RESERVED.add(lock);
      } catch (OverlappingFileLockException _) {
        return false; // This process has it already.
      }
    }
  }

  /**
   * Starts something on so many free ports, and again on others when one of them was taken
   * meanwhile.
   *
   * @throws E when it cannot be started for another reason, or five times in a row for this one
   */
  public static <T, E extends Exception> T start(int count, Starter<T, E> starter) throws E {
    return start(find(count), starter);
  }

  /** The same; tries these ports first. */
  public static <T, E extends Exception> T start(List<Integer> first, Starter<T, E> starter)
      throws E {
    List<Integer> ports = first;
    for (int left = TRIES - 1; ; left--) {
      try {
        return starter.on(ports);
      } catch (Exception e) {
        if (left == 0 || !isTaken(e)) {
          throw e;
        }
        ports = find(first.size());
      }
    }
  }

  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }
}
