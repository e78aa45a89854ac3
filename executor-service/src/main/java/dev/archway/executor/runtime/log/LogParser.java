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

  /**
   * The format of the agent in a pod: again and again {@code <RFC 3339 time> <stdout|stderr>
   * <length>}, a line break and so many bytes of the stream.
   */
  final class Chunks implements LogParser {
    private static final int LONGEST_HEAD = 200;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final LineAssembly out = new LineAssembly(Stream.OUT);
    private final LineAssembly err = new LineAssembly(Stream.ERR);
    private LineAssembly stream = out;
    private Instant time = Instant.EPOCH;
    private int left;

    @Override
    public void feed(byte[] bytes, int length, Consumer<Line> lines) {
      int at = 0;
      while (at < length) {
        if (left == 0) {
          byte next = bytes[at++];
          if (next == '\n') {
            begin(head.toString(StandardCharsets.US_ASCII));
            head.reset();
          } else if (head.size() < LONGEST_HEAD) {
            head.write(next);
          }
          continue;
        }
        int end = Math.min(length, at + left);
        left -= end - at;
        for (int i = at; i < end; i++) {
          if (bytes[i] == '\n') {
            stream.add(bytes, at, i, time, lines);
            stream.end(time, lines);
            at = i + 1;
          }
        }
        if (at < end) {
          stream.add(bytes, at, end, time, lines);
          at = end;
        }
      }
    }

    private void begin(String words) {
      String[] parts = words.split(" ", 3);
      if (parts.length != 3) {
        throw new IllegalArgumentException("not the head of a chunk: \"%s\"".formatted(words));
      }
      time = Instant.parse(parts[0]);
      stream = parts[1].equals("stderr") ? err : out;
      left = Integer.parseInt(parts[2]);
    }

    @Override
    public void finish(Consumer<Line> lines) {
      out.finish(lines);
      err.finish(lines);
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
