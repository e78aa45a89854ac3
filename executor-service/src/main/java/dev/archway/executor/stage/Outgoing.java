package dev.archway.executor.stage;

import dev.archway.contract.event.ImageEvent.ImagePushed;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.StageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one stage has to tell, told in order by a thread of its own, again and again until it is
 * safe: the next step starts while the last one's end is still on its way. It holds little, so that
 * a bus that is away slows the stage's log down rather than filling the memory.
 */
final class Outgoing implements AutoCloseable {
  private static final int MOST_LINES = 1000;
  private static final int MOST_CHARACTERS = 256 * 1024;
  private static final long LONGEST_PAUSE_MILLIS = 5000;

  /**
   * The first line goes at once; nobody sees the difference between five chunks a second and more.
   */
  private static final long CHUNK_INTERVAL_NANOS = 200_000_000;

  private final StageKey key;
  private final StageReports reports;
  private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(128);
  private final Thread sender;
  private long lastChunk = System.nanoTime() - CHUNK_INTERVAL_NANOS;

  Outgoing(StageKey key, StageReports reports) {
    this.key = key;
    this.reports = reports;
    this.sender = Thread.ofVirtual().name("tell-" + key).start(this::send);
  }

  private sealed interface Item {
    record Lines(String step, long first, List<Line> lines) implements Item {}

    record End(String step, long lines) implements Item {}

    record Image(ImagePushed event) implements Item {}

    record Event(StageEvent event, Runnable told) implements Item {}

    record Flush(CompletableFuture<Boolean> done) implements Item {}
  }

  void lines(String step, long first, List<Line> lines) throws InterruptedException {
    items.put(new Item.Lines(step, first, lines));
  }

  /** Closes a step's log. */
  void end(String step, long lines) throws InterruptedException {
    items.put(new Item.End(step, lines));
  }

  void image(ImagePushed event) throws InterruptedException {
    items.put(new Item.Image(event));
  }

  /**
   * Tells an event.
   *
   * @param told called once it and everything before it is safe
   */
  void event(StageEvent event, Runnable told) throws InterruptedException {
    items.put(new Item.Event(event, told));
  }

  /** Returns once everything so far is safe. */
  void flush() throws InterruptedException {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    items.put(new Item.Flush(done));
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private void send() {
    try {
      Item next = null;
      while (true) {
        Item item = next == null ? items.take() : next;
        next = null;
        switch (item) {
          case Item.Lines lines -> next = chunks(lines);
          case Item.End(String step, long total) ->
              insist(() -> reports.tell(new LogChunk(key, step, total, List.of(), true)));
          case Item.Image(ImagePushed event) -> insist(() -> reports.tell(event));
          case Item.Event(StageEvent event, Runnable told) -> {
            insist(() -> reports.tell(event));
            told.run();
          }
          case Item.Flush(CompletableFuture<Boolean> done) -> done.complete(true);
        }
      }
    } catch (InterruptedException _) {
      // Closed: what was not told is told again at the next start.
      Thread.currentThread().interrupt();
    }
  }

  /** Sends these lines with those that follow closely; returns what came after. */
  private @Nullable Item chunks(Item.Lines begin) throws InterruptedException {
    List<Line> chunk = new ArrayList<>();
    long first = begin.first();
    int characters = 0;
    Item.@Nullable Lines current = begin;
    Item rest = null;
    while (current != null) {
      for (Line line : current.lines()) {
        if (chunk.size() == MOST_LINES
            || (!chunk.isEmpty() && characters + line.text().length() > MOST_CHARACTERS)) {
          tell(begin.step(), first, chunk);
          first += chunk.size();
          chunk.clear();
          characters = 0;
        }
        chunk.add(line);
        characters += line.text().length();
      }
      rest = items.poll(lastChunk + CHUNK_INTERVAL_NANOS - System.nanoTime(), TimeUnit.NANOSECONDS);
      current = null;
      if (rest instanceof Item.Lines more
          && more.step().equals(begin.step())
          && more.first() == first + chunk.size()) {
        current = more;
        rest = null;
      }
    }
    if (rest instanceof Item.End(String step, long total) && step.equals(begin.step())) {
      List<Line> last = List.copyOf(chunk);
      long at = first;
      if (at + last.size() == total) {
        insist(() -> reports.tell(new LogChunk(key, step, at, last, true)));
        return null;
      }
    }
    tell(begin.step(), first, chunk);
    return rest;
  }

  private void tell(String step, long first, List<Line> lines) throws InterruptedException {
    LogChunk chunk = new LogChunk(key, step, first, lines, false);
    insist(() -> reports.tell(chunk));
    lastChunk = System.nanoTime();
  }

  private void insist(Runnable telling) throws InterruptedException {
    for (long pause = 50; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      try {
        telling.run();
        return;
      } catch (RuntimeException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        System.getLogger(Outgoing.class.getName())
            .log(System.Logger.Level.WARNING, "{0}: {1}; trying again", key, e.getMessage());
        Thread.sleep(pause);
      }
    }
  }

  @Override
  public void close() {
    sender.interrupt();
  }
}
