package dev.archway.registry.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What every database must do. */
abstract class ImageRecordsContract {
  private static final ExecutionId EXECUTION = ExecutionId.of("e0000001");
  private static final Repository REPOSITORY = new Repository("localhost:5000", "my-repo/ci-demo");
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678Z");

  private ImageRecords records;

  /** A database without tables. */
  abstract DataSource emptyDatabase();

  @BeforeEach
  void migrate() {
    DataSource database = emptyDatabase();
    Flyway.configure().dataSource(database).locations("classpath:db/registry").load().migrate();
    records =
        new ImageRecords(
            JdbcClient.create(database),
            new TransactionTemplate(new JdbcTransactionManager(database)));
  }

  @Test
  void aRecordIsReadAsItWasWritten() {
    ImageRecord image = image("1.0", 'a');
    ImageRecord moved =
        new ImageRecord(
            REPOSITORY,
            "1.1",
            digest('b'),
            "type",
            7,
            Platform.parse("linux/arm/v7"),
            List.of(),
            List.of(),
            EXECUTION,
            "build",
            "push",
            null,
            true,
            digest('c'),
            TIME);
    assertThat(records.add(step(1), List.of(image, moved))).isTrue();
    assertThat(records.of(step(1))).containsExactly(image, moved);
    ImageRecord index =
        new ImageRecord(
            REPOSITORY,
            "1.0",
            digest('d'),
            "index",
            9,
            null,
            List.of(new ImageRecord.Part(Platform.LINUX_ARM64, digest('a'))),
            List.of("1.0-amd64"),
            EXECUTION,
            null,
            null,
            null,
            false,
            null,
            TIME);
    ImageRecords.Origin ofIndex = ImageRecords.Origin.ofIndex(EXECUTION, "index_1");
    assertThat(records.add(ofIndex, List.of(index))).isTrue();
    assertThat(records.of(ofIndex)).containsExactly(index);
  }

  @Test
  void anOriginIsRecordedOnceAndWhole() {
    assertThat(records.add(step(1), List.of(image("1.0", 'a')))).isTrue();
    assertThat(records.add(step(1), List.of(image("new", 'a'), image("1.0", 'a')))).isFalse();
    assertThat(records.of(step(1))).containsExactly(image("1.0", 'a'));
    assertThat(records.add(step(2), List.of(image("1.0", 'b')))).isTrue();
  }

  @Test
  void ofManyAtOnceOneIsRecorded() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> same = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        same.add(() -> records.add(step(1), List.of(image("1.0", 'a'), image("latest", 'a'))));
      }
      int added = 0;
      for (Future<Boolean> done : threads.invokeAll(same)) {
        added += done.get() ? 1 : 0;
      }
      assertThat(added).isEqualTo(1);
    }
    assertThat(records.of(step(1))).hasSize(2);
  }

  @Test
  void listsAreNewestFirstFilteredAndPaged() {
    for (int attempt = 1; attempt <= 5; attempt++) {
      records.add(step(attempt), List.of(image("1.0", (char) ('0' + attempt)), image("x", 'a')));
    }
    assertThat(tags(query(REPOSITORY.toString(), "1.0", null, 50)))
        .containsExactly("5", "4", "3", "2", "1");
    assertThat(tags(query("my-repo/ci-demo", "1.0", null, 2))).containsExactly("5", "4");
    List<ImageRecords.Placed> first = records.list(query(null, "1.0", null, 2));
    assertThat(tags(query(null, "1.0", first.getLast().place(), 2))).containsExactly("3", "2");
    assertThat(records.list(query("ci-demo", null, null, 50))).isEmpty();
    assertThat(
            records.list(new ImageRecords.Query(null, null, ExecutionId.of("e0000002"), null, 50)))
        .isEmpty();
    assertThat(records.list(new ImageRecords.Query(null, null, EXECUTION, null, 50))).hasSize(10);
  }

  private List<String> tags(ImageRecords.Query query) {
    return records.list(query).stream()
        .map(placed -> placed.image().digest().value().substring(7, 8))
        .toList();
  }

  private static ImageRecords.Query query(
      @Nullable String repository, @Nullable String tag, @Nullable Long before, int limit) {
    return new ImageRecords.Query(repository, tag, null, before, limit);
  }

  private static ImageRecords.Origin step(int attempt) {
    return ImageRecords.Origin.ofStep(new StageKey(EXECUTION, "build", attempt), "push");
  }

  private static ImageRecord image(String tag, char salt) {
    return new ImageRecord(
        REPOSITORY,
        tag,
        digest(salt),
        "application/vnd.oci.image.manifest.v1+json",
        123_456_789_012L,
        Platform.LINUX_AMD64,
        List.of(),
        List.of(),
        EXECUTION,
        "build",
        "push",
        "c0ffee",
        false,
        null,
        TIME);
  }

  private static Digest digest(char salt) {
    return Digest.of("sha256:" + String.valueOf(salt).repeat(64));
  }
}
