package dev.archway.log.store;

import static dev.archway.log.Logs.EXECUTION;
import static dev.archway.log.Logs.chunk;
import static dev.archway.log.Logs.finished;
import static dev.archway.log.Logs.length;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.event.LogChunk;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.log.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileLogStoreTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path root;

  @Test
  void linesOfAllStepsAreOneSequence() {
    FileLogStore store = new FileLogStore(root);
    store.append(chunk("a", 0, 2));
    store.append(chunk("b", 0, 1));
    store.append(chunk("a", 2, 3));
    assertThat(read(store, 0, 2))
        .extracting(line -> line.position() + " " + line.entry().step() + line.entry().line())
        .containsExactly("0 a0", "1 a1", "2 b0", "3 a2");
    assertThat(read(store, 3, 10)).extracting(StoredLine::position).containsExactly(3L);
    assertThat(read(store, 4, 10)).isEmpty();
    assertThat(read(store, 400, 10)).isEmpty();
  }

  @Test
  void whatIsKnownIsSkippedAndOverlapIsCut() {
    FileLogStore store = new FileLogStore(root);
    store.append(chunk("a", 0, 3));
    store.append(chunk("a", 0, 3));
    store.append(chunk("a", 1, 2));
    store.append(chunk("a", 2, 5));
    assertThat(read(store, 0, 100))
        .extracting(line -> line.entry().line())
        .containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void aGapIsRefusedAndStoresNothing() {
    FileLogStore store = new FileLogStore(root);
    store.append(chunk("a", 0, 3));
    assertThatThrownBy(() -> store.append(chunk("a", 4, 6)))
        .isInstanceOf(LogGapException.class)
        .hasMessage(
            "cannot store log lines of e0000001/build/1/a: they begin at line 4 (expected: line 3); the lines between were not received");
    assertThat(read(store, 0, 100)).hasSize(3);
  }

  @Test
  void attemptsOfAStageAreNumberedApart() {
    FileLogStore store = new FileLogStore(root);
    store.append(chunk("a", 0, 2));
    LogChunk first = chunk("a", 0, 1);
    store.append(new LogChunk(new StageKey(EXECUTION, "build", 2), "a", 0, first.lines(), true));
    assertThat(read(store, 0, 9))
        .extracting(line -> line.entry().attempt() + "." + line.entry().line())
        .containsExactly("1.0", "1.1", "2.0");
  }

  /** Kill -9 in the middle of a write leaves any prefix of what was being written. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40, 100, 150, 230})
  void aTornEndIsCutOffAndArrivesAgain(int lost) throws Exception {
    FileLogStore killed = new FileLogStore(root);
    killed.append(chunk("a", 0, 3));
    killed.append(chunk("b", 0, 2));
    List<StoredLine> before = read(killed, 0, 100);
    Path file = root.resolve(EXECUTION.value()).resolve("log.ndjson");
    try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - lost);
    }
    FileLogStore store = new FileLogStore(root);
    List<StoredLine> after = read(store, 0, 100);
    assertThat(after).hasSizeLessThan(5);
    assertThat(before).startsWith(after.toArray(StoredLine[]::new));
    store.append(chunk("b", 0, 2));
    assertThat(read(store, 0, 100)).containsExactlyElementsOf(before);
    assertThat(Files.readAllLines(file)).hasSize(5);
  }

  @Test
  void anyOrderOfResendsAndRestartsStoresEachLineOnce() {
    for (long seed = 1; seed <= 40; seed++) {
      Random random = new Random(seed);
      Path directory = root.resolve("seed" + seed);
      FileLogStore store = new FileLogStore(directory);
      Map<String, Integer> sent = new HashMap<>();
      for (int round = 0; round < 120; round++) {
        String step = "s" + random.nextInt(3);
        int known = sent.getOrDefault(step, 0);
        int first = random.nextInt(known + 1);
        int last = first + 1 + random.nextInt(9);
        store.append(chunk(step, first, last));
        sent.put(step, Math.max(known, last));
        if (random.nextInt(15) == 0) {
          store = new FileLogStore(directory);
        }
      }
      List<StoredLine> lines = read(store, 0, 7);
      Map<String, List<Long>> numbers = new HashMap<>();
      for (int i = 0; i < lines.size(); i++) {
        assertThat(lines.get(i).position()).isEqualTo(i);
        var entry = lines.get(i).entry();
        assertThat(entry.text()).isEqualTo(entry.step() + " says \"" + entry.line() + "\" ü");
        numbers.computeIfAbsent(entry.step(), s -> new ArrayList<>()).add(entry.line());
      }
      sent.forEach((step, count) ->
          assertThat(numbers.get(step))
              .as("step %s", step)
              .containsExactlyElementsOf(
                  java.util.stream.LongStream.range(0, count).boxed().toList()));
      int from = random.nextInt(lines.size());
      assertThat(read(store, from, 3)).isEqualTo(lines.subList(from, lines.size()));
    }
  }

  @Test
  void aLineLongerThanAnyBufferIsReadWhole() {
    FileLogStore store = new FileLogStore(root);
    String text = "x".repeat(1_000_000);
    store.append(
        new LogChunk(
            new StageKey(EXECUTION, "build", 1),
            "a",
            0,
            List.of(
                new LogChunk.Line(Logs.TIME, LogChunk.Stream.OUT, text),
                new LogChunk.Line(Logs.TIME, LogChunk.Stream.ERR, "after")),
            true));
    assertThat(read(new FileLogStore(root), 0, 10))
        .extracting(line -> line.entry().text())
        .containsExactly(text, "after");
  }

  @Test
  void completeOnlyWhenEveryAnnouncedLineIsThere() {
    FileLogStore store = new FileLogStore(root);
    store.append(chunk("a", 0, 2));
    assertThat(state(store)).isEqualTo(LogReader.State.OPEN);
    store.finish(finished(length("a", 2), length("b", 1), length("quiet", 0)));
    assertThat(state(store)).isEqualTo(LogReader.State.AWAITING_LINES);
    store = new FileLogStore(root);
    assertThat(state(store)).isEqualTo(LogReader.State.AWAITING_LINES);
    store.append(chunk("b", 0, 1));
    assertThat(state(store)).isEqualTo(LogReader.State.COMPLETE);
    assertThat(state(new FileLogStore(root))).isEqualTo(LogReader.State.COMPLETE);
  }

  @Test
  void anUnknownExecutionHasNoReaderUntilItIsExpected() throws Exception {
    FileLogStore store = new FileLogStore(root);
    assertThat(store.reader(EXECUTION, 0)).isEmpty();
    assertThat(store.awaitKnown(EXECUTION, Duration.ofMillis(1))).isFalse();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> known = threads.submit(() -> store.awaitKnown(EXECUTION, LONG));
      store.expect(EXECUTION);
      assertThat(known.get()).isTrue();
    }
    assertThat(read(store, 0, 1)).isEmpty();
  }

  @Test
  void followersSeeEverythingOnceWhileItIsWritten() throws Exception {
    FileLogStore store = new FileLogStore(root);
    store.expect(EXECUTION);
    int total = 3000;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Long>>> followers = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        followers.add(threads.submit(() -> follow(store)));
      }
      for (int first = 0; first < total; first += 10) {
        store.append(chunk("a", first, first + 10));
      }
      store.finish(finished(length("a", total)));
      for (Future<List<Long>> follower : followers) {
        assertThat(follower.get())
            .containsExactlyElementsOf(
                java.util.stream.LongStream.range(0, total).boxed().toList());
      }
    }
  }

  @Test
  void aStoppingStoreWakesItsFollowers() throws Exception {
    FileLogStore store = new FileLogStore(root);
    store.expect(EXECUTION);
    CompletableFuture<Boolean> woken = new CompletableFuture<>();
    try (LogReader reader = store.reader(EXECUTION, 0).orElseThrow()) {
      Thread waiting =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  woken.complete(reader.await(LONG));
                } catch (InterruptedException e) {
                  woken.completeExceptionally(e);
                }
              });
      store.stopWaiting();
      assertThat(woken.get()).isFalse();
      waiting.join();
      assertThat(reader.stopping()).isTrue();
    }
  }

  @Test
  void manyExecutionsDoNotKeepTheirFilesOpen() {
    FileLogStore store = new FileLogStore(root);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 200; i++) {
        ExecutionId id = ExecutionId.of("e%07d".formatted(i));
        store.append(
            new LogChunk(
                new StageKey(id, "build", 1), "a", round, chunk("a", 0, 1).lines(), false));
      }
    }
    try (LogReader reader = store.reader(ExecutionId.of("e0000007"), 0).orElseThrow()) {
      assertThat(reader.next(10)).hasSize(2);
    }
  }

  private static List<Long> follow(LogStore store) throws InterruptedException {
    List<Long> positions = new ArrayList<>();
    try (LogReader reader = store.reader(EXECUTION, 0).orElseThrow()) {
      while (true) {
        LogReader.State state = reader.state();
        List<StoredLine> lines = reader.next(16);
        lines.forEach(line -> positions.add(line.position()));
        if (lines.isEmpty()) {
          if (state == LogReader.State.COMPLETE) {
            return positions;
          }
          reader.await(LONG);
        }
      }
    }
  }

  private static LogReader.State state(LogStore store) {
    try (LogReader reader = store.reader(EXECUTION, 0).orElseThrow()) {
      return reader.state();
    }
  }

  private static List<StoredLine> read(LogStore store, long from, int batch) {
    List<StoredLine> all = new ArrayList<>();
    try (LogReader reader = store.reader(EXECUTION, from).orElseThrow()) {
      for (List<StoredLine> lines = reader.next(batch);
          !lines.isEmpty();
          lines = reader.next(batch)) {
        assertThat(lines).hasSizeLessThanOrEqualTo(batch);
        all.addAll(lines);
      }
    }
    return all;
  }
}
