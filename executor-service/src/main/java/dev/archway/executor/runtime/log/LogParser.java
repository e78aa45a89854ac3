package dev.archway.executor.runtime.log;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.event.LogChunk.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.Consumer;

/** Turns a log file's bytes into lines. Which lines come out depends on the bytes alone. */
public sealed interface LogParser {
  /** Takes the next bytes. */
  void feed(byte[] bytes, int length, Consumer<Line> lines);

  /** Hands over what is left at the end of the file. */
  void finish(Consumer<Line> lines);

  /**
   * The format of conmon's {@code k8s-file} driver: {@code <RFC 3339 time> <stdout|stderr> <F|P>
   * <text>}, where P marks a part whose line goes on in the stream's next record.
   */
  final class K8sFile implements LogParser {
    private final ByteArrayOutputStream row = new ByteArrayOutputStream();
    private final LineAssembly out = new LineAssembly(Stream.OUT);
    private final LineAssembly err = new LineAssembly(Stream.ERR);

    @Override
    public void feed(byte[] bytes, int length, Consumer<Line> lines) {
      int start = 0;
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          row.write(bytes, start, i - start);
          start = i + 1;
          take(row.toByteArray(), lines);
          row.reset();
        }
      }
      row.write(bytes, start, length - start);
    }

    @Override
    public void finish(Consumer<Line> lines) {
      if (row.size() > 0) {
        take(row.toByteArray(), lines);
        row.reset();
      }
      out.finish(lines);
      err.finish(lines);
    }

    private void take(byte[] bytes, Consumer<Line> lines) {
      int afterTime = space(bytes, 0);
      int afterStream = space(bytes, afterTime);
      int afterTag = space(bytes, afterStream);
      if (afterStream == afterTime || afterTime == 0) {
        return; // A record cut short by a crash of conmon.
      }
      Instant time = time(new String(bytes, 0, afterTime - 1, StandardCharsets.US_ASCII));
      LineAssembly stream = bytes[afterTime + 3] == 'e' ? err : out;
      stream.add(bytes, Math.min(afterTag, bytes.length), bytes.length, time, lines);
      if (afterStream < bytes.length && bytes[afterStream] == 'F') {
        stream.end(time, lines);
      }
    }

    /** The index after the next space; the end when there is none. */
    private static int space(byte[] bytes, int from) {
      for (int i = from; i < bytes.length; i++) {
        if (bytes[i] == ' ') {
          return i + 1;
        }
      }
      return bytes.length;
    }

    private static Instant time(String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException _) {
        return Instant.EPOCH;
      }
    }
  }

  /** Plain lines, whose time is the time of reading. */
  final class Plain implements LogParser {
    private final Clock clock;
    private final LineAssembly out = new LineAssembly(Stream.OUT);

    public Plain(Clock clock) {
      this.clock = clock;
    }

    @Override
    public void feed(byte[] bytes, int length, Consumer<Line> lines) {
      Instant now = clock.instant();
      int start = 0;
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          out.add(bytes, start, i, now, lines);
          out.end(now, lines);
          start = i + 1;
        }
      }
      if (start < length) {
        out.add(bytes, start, length, now, lines);
      }
    }

    @Override
    public void finish(Consumer<Line> lines) {
      out.finish(lines);
    }
  }
}
