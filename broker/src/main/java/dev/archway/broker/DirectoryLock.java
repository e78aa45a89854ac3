package dev.archway.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a directory for one process. The operating system frees the lock when the process ends,
 * however it ends; the file stays, since deleting it would let two processes lock two files of one
 * name. Thread-safe.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final String FILE = "lock";

  /**
   * Directories this JVM holds. POSIX drops all of a process's locks on a file as soon as the
   * process closes any descriptor of it, so a second attempt here must not even open the file.
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Takes the lock, and makes the directory, readable by its owner alone, when it is not there.
   *
   * @throws DirectoryInUseException when another process, or this one, holds it
   * @throws UncheckedIOException when the directory cannot be written
   */
  public static DirectoryLock acquire(Path directory) {
    try {
      PrivateFiles.createDirectories(directory);
      Path real = directory.toRealPath();
      synchronized (HELD) {
        if (HELD.contains(real)) {
          throw inUse(real, Long.toString(ProcessHandle.current().pid()));
        }
        FileChannel channel = open(real);
        HELD.add(real);
        return new DirectoryLock(real, channel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot lock %s: %s (expected: a directory this user can write)".formatted(directory, e),
          e);
    }
  }

  private static FileChannel open(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(directory, Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static DirectoryInUseException inUse(Path directory, String pid) {
    return new DirectoryInUseException(
        "cannot use %s: %s holds it (expected: one process per directory); stop that process, or choose another directory"
            .formatted(directory, pid.isEmpty() ? "another process" : "process " + pid));
  }

  /** Frees the directory. May be repeated. */
  @Override
  public void close() {
    synchronized (HELD) {
      if (!channel.isOpen()) {
        return;
      }
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot unlock %s: %s".formatted(directory, e), e);
      } finally {
        HELD.remove(directory);
      }
    }
  }
}
