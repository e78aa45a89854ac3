package dev.archway.executor.runtime.podman;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the kernel's process table (proc(5), {@code /proc/pid/stat}). */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  /** The bit of signal 15 in a mask. */
  private static final long SIGTERM = 1L << 14;

  private ProcessTable() {}

  /** The process that holds a claim, so that a reused process id is not taken for it. */
  record Owner(long pid, long startTicks, String boot) {
    static Owner parse(String line) {
      String[] parts = line.strip().split(" ", -1);
      return new Owner(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }
  }

  /** The id of this boot of the machine. */
  static String boot() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  /** True when the owner itself or any process of the session that it leads is alive. */
  static boolean alive(Owner owner) throws IOException {
    if (!owner.boot().equals(boot())) {
      return false;
    }
    String[] own = stat(owner.pid());
    if (own != null && Long.parseLong(own[19]) == owner.startTicks() && !own[0].equals("Z")) {
      return true;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        String[] fields = stat(Long.parseLong(process.getFileName().toString()));
        if (fields != null
            && Long.parseLong(fields[3]) == owner.pid()
            && Long.parseLong(fields[19]) >= owner.startTicks()
            && !fields[0].equals("Z")) {
          return true;
        }
      }
    }
    return false;
  }

  /** True when there is such a process and it runs this program. */
  static boolean named(long pid, String program) {
    try {
      return Files.readString(PROC.resolve(pid + "/comm")).strip().equals(program);
    } catch (IOException _) {
      return false;
    }
  }

  /**
   * True when a process does nothing about SIGTERM of its own. Such a one, when it is the first of
   * its namespace, is not ended by the signal either (pid_namespaces(7)).
   */
  static boolean leavesTermAlone(long pid) {
    try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"))) {
      List<String> masks = lines.filter(line -> line.matches("Sig(Blk|Ign|Cgt):.*")).toList();
      return masks.size() == 3
          && masks.stream()
              .noneMatch(
                  line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGTERM) != 0);
    } catch (IOException | UncheckedIOException _) {
      return false;
    }
  }

  /** Fields from the third (state) on; null when there is no such process. */
  private static String @Nullable [] stat(long pid) throws IOException {
    String text;
    try {
      text =
          Files.readString(
              PROC.resolve(pid + "/stat"), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      // The process is gone, possibly between open and read (ESRCH).
      return null;
    }
    return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
  }
}
