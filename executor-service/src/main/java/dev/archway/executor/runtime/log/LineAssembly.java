package dev.archway.executor.runtime.log;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.event.LogChunk.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins the parts of one stream's lines. A line over {@link #LONGEST} bytes is cut into several, at
 * places that depend on its bytes alone, so that a second reading numbers lines alike.
 */
final class LineAssembly {
  static final int LONGEST = 64 * 1024;

  private final Stream stream;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private @Nullable Instant began;

  LineAssembly(Stream stream) {
    this.stream = stream;
  }

  /** Adds bytes of the current line. */
  void add(byte[] bytes, int from, int to, Instant time, Consumer<Line> lines) {
    if (began == null) {
      began = time;
    }
    int next = from;
    while (next < to) {
      int room = Math.min(to - next, LONGEST - pending.size());
      pending.write(bytes, next, room);
      next += room;
      if (pending.size() == LONGEST && next < to) {
        cut(lines, time);
      }
    }
  }

  /** Ends the current line. */
  void end(Instant time, Consumer<Line> lines) {
    lines.accept(new Line(began == null ? time : began, stream, text(pending.toByteArray())));
    pending.reset();
    began = null;
  }

  /** Hands over a line that never got its line break. */
  void finish(Consumer<Line> lines) {
    if (began != null) {
      end(began, lines);
    }
  }

  private void cut(Consumer<Line> lines, Instant time) {
    byte[] all = pending.toByteArray();
    int end = all.length;
    // Back to the start of a character that the cut would split.
    for (int back = 1; back <= 3; back++) {
      int b = all[all.length - back] & 0xff;
      if (b >= 0xc0) {
        int needs = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        end = needs > back ? all.length - back : all.length;
        break;
      }
      if (b < 0x80) {
        break;
      }
    }
    Instant start = began == null ? time : began;
    lines.accept(new Line(start, stream, new String(all, 0, end, StandardCharsets.UTF_8)));
    pending.reset();
    pending.write(all, end, all.length - end);
    began = time;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
