package dev.archway.executor.stage;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.executor.runtime.LogSink;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Numbers a step's lines, without the secrets in them, and remembers the last few. Used by one
 * thread.
 */
final class StepLog implements LogSink {
  private static final int TAIL = 20;
  private static final int TAIL_LINE = 2000;

  private final String step;
  private final Outgoing outgoing;
  private final Masks masks;
  private final Deque<String> tail = new ArrayDeque<>();
  private final long first;
  private long count;

  /**
   * @param first how many lines the step's earlier attempts have
   */
  StepLog(String step, Outgoing outgoing, Masks masks, long first) {
    this.step = step;
    this.outgoing = outgoing;
    this.masks = masks;
    this.first = first;
    this.count = first;
  }

  /** Forgets what was read, since it is read once more from its start. */
  void restart() {
    count = first;
    tail.clear();
  }

  @Override
  public void accept(List<Line> written) throws InterruptedException {
    List<Line> lines =
        written.stream()
            .map(line -> new Line(line.time(), line.stream(), masks.hide(line.text())))
            .toList();
    outgoing.lines(step, count, lines);
    count += lines.size();
    for (Line line : lines.subList(Math.max(0, lines.size() - TAIL), lines.size())) {
      if (tail.size() == TAIL) {
        tail.removeFirst();
      }
      String text = line.text();
      tail.add(text.length() > TAIL_LINE ? text.substring(0, TAIL_LINE) : text);
    }
  }

  long count() {
    return count;
  }

  List<String> tail() {
    return List.copyOf(tail);
  }
}
