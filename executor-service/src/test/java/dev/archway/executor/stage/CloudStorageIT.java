package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.image.Platform;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestCloudStorage;
import dev.archway.executor.runtime.podman.PodmanRuntime;
import dev.archway.executor.secret.SecretSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Caches and uploads on podman, with a service account at a stand-in for Cloud Storage. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CloudStorageIT {
  private static final SecretRef FOREIGN = SecretRef.of("account.foreign");

  private final TestCloudStorage storage;
  private final Engines engines;
  private final PodmanRuntime runtime;
  private final SecretSource secrets;
  private final Path home;
  private RecordedReports reports = new RecordedReports();
  private StageWorker worker;

  CloudStorageIT(@TempDir Path home) throws Exception {
    this.home = home;
    storage = new TestCloudStorage();
    engines = Engines.start(home);
    var _ =
        Engines.shell(
            "../deploy/images/transfer http://%s amd64".formatted(engines.host()), Map.of());
    String own = storage.keyFile();
    String foreign = storage.foreignKeyFile();
    secrets = secret -> secret.equals(FOREIGN) ? foreign : own;
    runtime =
        new PodmanRuntime(
            engines.settings(), List.of(Platform.LINUX_AMD64), secrets, Clock.systemUTC());
    worker = newWorker();
  }

  private StageWorker newWorker() {
    return new StageWorker(
        home.resolve("stages"),
        runtime,
        reports,
        new StageWorker.Capacity(2, 2),
        secrets,
        Clock.systemUTC());
  }

  @BeforeEach
  void fresh() {
    reports = new RecordedReports();
    worker = newWorker();
  }

  @AfterEach
  void stopWorker() {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker.close();
  }

  @AfterAll
  void stop() {
    runtime.close();
    engines.close();
    storage.stop();
  }

  @Test
  void aCacheIsSavedOnceAndRestored() {
    ObjectStore store = store("caches", SecretRef.of("account.gcp"));
    var files = Samples.run("files", "mkdir deps; echo one >deps/a; chmod 640 deps/a");
    var save = TransferSamples.save(store, "deps-{{ os }}", ArchiveFormat.ZSTD, false, "deps");
    assertThat(run(files, save).failure()).isNull();
    assertThat(storage.names()).contains("deps-linux-linux-amd64");

    fresh();
    assertThat(run(files, save).failure()).isNull();
    assertThat(reports.text("save"))
        .contains(
            "gs://caches/deps-linux-linux-amd64 is there already: nothing is saved (override: true replaces it)");

    fresh();
    var look = Samples.run("look", "stat -c '%a' deps/a; cat deps/a");
    assertThat(run(TransferSamples.restore(store, "deps-{{ os }}", true), look).failure()).isNull();
    assertThat(reports.text("look")).containsExactly("640", "one");

    fresh();
    assertThat(run(TransferSamples.restore(store, "other", false)).failure()).isNull();
    assertThat(reports.step("restore").outputs()).isEqualTo(Map.of("cacheHit", "false"));
  }

  @Test
  void filesAreUploaded() {
    var files = Samples.run("files", "mkdir dist; echo a >dist/a.zip; echo b >dist/b.txt");
    var upload =
        TransferSamples.upload(
            store("caches", SecretRef.of("account.gcp")), "dist/*.zip", "releases", "dist");
    assertThat(run(files, upload).failure()).isNull();
    assertThat(reports.text("upload")).containsExactly("uploaded gs://caches/releases/a.zip");
    assertThat(storage.names()).contains("releases/a.zip").doesNotContain("releases/b.txt");
  }

  @Test
  void aKeyThatIsNotTheAccountsAndAMissingBucketAreTold() {
    var refused = TransferSamples.restore(store("caches", FOREIGN), "any", false);
    assertThat(run(refused).failure())
        .satisfies(failure ->
            assertThat(String.valueOf(failure))
                .contains("refuses the account of connector gcp", "invalid_grant"));

    fresh();
    var missing =
        TransferSamples.restore(store("no-bucket", SecretRef.of("account.gcp")), "any", false);
    assertThat(run(missing).failure())
        .satisfies(failure ->
            assertThat(String.valueOf(failure)).contains("there is no bucket \"no-bucket\""));
  }

  private ObjectStore store(String bucket, SecretRef key) {
    return new ObjectStore.Gcs(new Connector.Gcp("gcp", key, storage.address()), bucket);
  }

  private StageFinished run(StepPlan... steps) {
    worker.handle(TransferSamples.stage(Samples.placement(), List.of(), steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }
}
