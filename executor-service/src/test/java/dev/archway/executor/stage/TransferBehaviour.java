package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.FailureStrategy;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.status.Status;
import dev.archway.executor.Engines;
import dev.archway.executor.RecordedReports;
import dev.archway.executor.Samples;
import dev.archway.executor.TestBucket;
import dev.archway.executor.runtime.StageRuntime;
import dev.archway.executor.secret.SecretSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Caches and uploads against a real S3 server, the same on every runtime. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TransferBehaviour {
  static final SecretRef ACCOUNT = SecretRef.of("account.aws");
  static final SecretRef WRONG = SecretRef.of("account.wrong");
  static final SecretSource SECRETS =
      secret -> secret.equals(ACCOUNT) ? TestBucket.SECRET_KEY : "another secret";

  private static final FailureStrategy IGNORE =
      new FailureStrategy(
          Set.of(FailureStrategy.ErrorKind.ALL_ERRORS), new FailureStrategy.Action.Ignore());

  /** What differs between runtimes. */
  interface Place {
    StageRuntime runtime();

    Placement placement();

    /** Where the store listens, as seen from this machine and from a step. */
    String address();

    void close();
  }

  final Path home;
  private final Place place;
  private final TestBucket bucket;
  private RecordedReports reports = new RecordedReports();
  private StageWorker worker;

  TransferBehaviour(Path home, Place place) throws Exception {
    this.home = home;
    this.place = place;
    this.bucket = TestBucket.start(place.address());
    this.worker = newWorker();
  }

  @BeforeEach
  void freshReports() {
    reports = new RecordedReports();
    worker = newWorker();
  }

  private StageWorker newWorker() {
    return new StageWorker(
        home.resolve("stages"),
        place.runtime(),
        reports,
        new StageWorker.Capacity(4, 4),
        SECRETS,
        Clock.systemUTC());
  }

  @AfterEach
  void stopWorker() {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> worker.active() == 0);
    worker.close();
  }

  @AfterAll
  void stop() throws Exception {
    place.runtime().close();
    place.close();
    bucket.stop();
  }

  @ParameterizedTest
  @EnumSource(ArchiveFormat.class)
  void aCacheOfOneExecutionIsThereInTheNextWithItsModesAndLinks(ArchiveFormat format) {
    String key = "trip-" + format;
    var files =
        Samples.run(
            "files",
            "mkdir -p deps/bin 'with space'; echo 1 >deps/bin/tool; chmod 750 deps/bin/tool; ln -s bin/tool deps/tool; echo 2 >'with space/b'; chmod 600 'with space/b'");
    assertThat(run(files, save(key, format, false, "deps", "with space")).failure()).isNull();
    assertThat(reports.text("save")).anyMatch(line -> line.startsWith("saved deps with space as"));
    assertThat(bucket.names()).contains(key + "-linux-amd64");

    var look =
        Samples.run(
            "look",
            "stat -c '%a %n' deps/bin/tool 'with space/b'; readlink deps/tool; cat deps/tool 'with space/b'; ls -a; echo hit <+execution.steps.restore.output.outputVariables.cacheHit>");
    assertThat(run(restore(key, true), look).failure()).isNull();
    assertThat(reports.text("look"))
        .containsExactly(
            "750 deps/bin/tool",
            "600 with space/b",
            "bin/tool",
            "1",
            "2",
            ".",
            "..",
            "deps",
            "with space",
            "hit true");
    assertThat(reports.text("restore")).anyMatch(line -> line.startsWith("cache hit: restored"));
    assertThat(reports.step("restore").outputs()).isEqualTo(Map.of("cacheHit", "true"));
  }

  @Test
  void aStepMayRunAsAnyUser() {
    var save =
        new StepPlan.SaveCache(
            "save",
            "save",
            Samples.MINUTE,
            store(TestBucket.NAME),
            CacheKey.parse("users"),
            List.of("mine"),
            ArchiveFormat.GZIP,
            false,
            StepPlan.Resources.UNLIMITED,
            1000L);
    var files = Samples.run("files", "mkdir mine; echo 1 >mine/f; chown -R 1000 mine");
    assertThat(run(files, save).failure()).isNull();
    var restore =
        new StepPlan.RestoreCache(
            "restore",
            "restore",
            Samples.MINUTE,
            store(TestBucket.NAME),
            CacheKey.parse("users"),
            true,
            StepPlan.Resources.UNLIMITED,
            1000L);
    assertThat(run(restore, Samples.run("look", "stat -c '%u %n' mine/f")).failure()).isNull();
    assertThat(reports.text("look")).containsExactly("1000 mine/f");
  }

  @Test
  void aSaveThatTheStoreBreaksOffIsTriedAgain() {
    // More than rclone itself tries.
    bucket.breakNextWrites(4);
    var files = Samples.run("files", "head -c 300000 /dev/urandom >f");
    assertThat(run(files, save("broken", ArchiveFormat.TAR, false, "f")).failure()).isNull();
    assertThat(reports.text("save")).anyMatch(line -> line.contains("next try in 2 s"));
    assertThat(bucket.names()).contains("broken-linux-amd64");
    assertThat(run(restore("broken", true), Samples.run("look", "stat -c %s f")).failure())
        .isNull();
    assertThat(reports.text("look")).containsExactly("300000");
  }

  @Test
  void aCacheThatIsNotThereIsAMissAndAFailureOnlyWhereAsked() {
    // Another platform's is not taken.
    bucket.write("nowhere-linux-arm64", new byte[0]);
    assertThat(run(restore("nowhere", false)).failure()).isNull();
    assertThat(reports.step("restore").outputs()).isEqualTo(Map.of("cacheHit", "false"));
    assertThat(reports.text("restore"))
        .contains("cache miss: there is no s3://caches/nowhere-linux-amd64");

    freshReports();
    Failure failure = failure(run(restore("nowhere", true)));
    assertThat(failure.reason()).isEqualTo(FailureReason.TRANSFER_FAILED);
    assertThat(failure.message())
        .isEqualTo(
            "there is no cache s3://caches/nowhere-linux-amd64, and failIfKeyNotFound is true; save it first, or let it be missing");
  }

  @Test
  void whatIsThereIsKeptUnlessItIsToBeReplaced() throws Exception {
    var one = Samples.run("files", "echo one >f");
    var two = Samples.run("files", "echo two >f");
    assertThat(run(one, save("kept", ArchiveFormat.TAR, false, "f")).failure()).isNull();
    assertThat(run(two, save("kept", ArchiveFormat.TAR, false, "f")).failure()).isNull();
    assertThat(reports.text("save"))
        .contains(
            "s3://caches/kept-linux-amd64 is there already: nothing is saved (override: true replaces it)");
    assertThat(text("kept-linux-amd64")).contains("one").doesNotContain("two");

    assertThat(run(two, save("kept", ArchiveFormat.TAR, true, "f")).failure()).isNull();
    assertThat(text("kept-linux-amd64")).contains("two");
  }

  @Test
  void aKeyFollowsTheFilesAndTheBuildItNames() {
    String key = "m-{{ checksum \"a/pom.xml\" }}-{{ arch }}-{{ os }}-{{ .Commit.Branch }}";
    var files = Samples.run("files", "mkdir a; printf hello >a/pom.xml");
    assertThat(run(files, save(key, ArchiveFormat.TAR, false, "a")).failure()).isNull();
    String sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assertThat(bucket.names()).contains("m-" + sum + "-amd64-linux-feature/x-linux-amd64");
    var changed = Samples.run("files", "mkdir a; printf hello2 >a/pom.xml");
    assertThat(run(changed, restore(key, false)).failure()).isNull();
    assertThat(reports.step("restore").outputs()).isEqualTo(Map.of("cacheHit", "false"));

    freshReports();
    assertThat(failure(run(restore(key, false))).message())
        .contains("checksum \"a/pom.xml\" names no file in the workspace");
  }

  @Test
  void whatIsNotThereCannotBeSaved() {
    Failure failure = failure(run(save("nothing", ArchiveFormat.TAR, false, "target/deps")));
    assertThat(failure.message())
        .contains("sourcePaths names \"target/deps\", which is not in the workspace");
    freshReports();
    var link = Samples.run("link", "ln -s /proc/self out");
    assertThat(
            failure(run(link, save("nothing", ArchiveFormat.TAR, false, "out/environ"))).message())
        .contains("leads out of the workspace");
    assertThat(bucket.names()).noneMatch(name -> name.startsWith("nothing"));
  }

  @Test
  void filesAreUploadedByPatternAndListed() {
    var files =
        Samples.run(
            "files",
            "mkdir -p dist/sub other; for f in dist/a.zip dist/b.txt dist/sub/c.zip 'dist/d e.zip' other/a.zip; do echo \"$f\" >\"$f\"; done");
    assertThat(run(files, upload("dist/**/*.zip", "releases/1", "dist")).failure()).isNull();
    assertThat(reports.text("upload"))
        .containsExactlyInAnyOrder(
            "uploaded s3://caches/releases/1/a.zip",
            "uploaded s3://caches/releases/1/d e.zip",
            "uploaded s3://caches/releases/1/sub/c.zip");
    assertThat(bucket.names())
        .filteredOn(name -> name.startsWith("releases/"))
        .containsExactly("releases/1/a.zip", "releases/1/d e.zip", "releases/1/sub/c.zip");

    freshReports();
    assertThat(run(files, upload("dist", "folder", "")).failure()).isNull();
    assertThat(bucket.names())
        .filteredOn(name -> name.startsWith("folder/"))
        .containsExactly(
            "folder/dist/a.zip",
            "folder/dist/b.txt",
            "folder/dist/d e.zip",
            "folder/dist/sub/c.zip");

    freshReports();
    assertThat(failure(run(files, upload("dist/*.jar", "", ""))).message())
        .contains("no file of the workspace matches sourcePath \"dist/*.jar\"");
  }

  @Test
  void aRefusedAccountAndAMissingBucketAreTold() {
    var wrong =
        new ObjectStore.S3(
            new Connector.Aws("aws", TestBucket.ACCESS_KEY, WRONG, null, null),
            TestBucket.NAME,
            "us-east-1",
            endpoint(),
            true);
    Failure refused = failure(run(TransferSamples.restore(wrong, "any", false)));
    assertThat(refused.message())
        .contains("refuses the account of connector aws", "SignatureDoesNotMatch")
        .contains("give it leave to list, read and write bucket \"caches\"");

    freshReports();
    Failure missing = failure(run(TransferSamples.restore(store("no-such-bucket"), "any", false)));
    assertThat(missing.message())
        .contains("there is no bucket \"no-such-bucket\" at " + endpoint());
  }

  @Test
  void aStoreThatIsNotThereIsTriedAgainAndThenTold() throws Exception {
    var away =
        new ObjectStore.S3(
            store("caches").account(),
            "caches",
            "us-east-1",
            URI.create("http://" + place.address() + ":" + Engines.freePort()),
            true);
    Failure failure = failure(run(TransferSamples.restore(away, "any", false)));
    assertThat(failure.message()).contains("cannot be reached", "connection refused");
    assertThat(reports.text("restore")).anyMatch(line -> line.contains("next try in 11 s"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/harness/../evil", "through/evil", "over", "fifo", "junk"})
  void aBadArchiveLeavesNothing(String kind) throws Exception {
    Path folder = Files.createDirectory(home.resolve("bad-" + kind.replace('/', '_')));
    String archive = folder.resolve("archive").toString();
    String make =
        switch (kind) {
          case "through/evil" ->
              "cd %1$s; mkdir through; echo evil >through/evil; echo good >good; tar -cf %2$s good through";
          case "over" -> "cd %1$s; echo evil >through; echo good >good; tar -cf %2$s good through";
          case "fifo" -> "cd %1$s; mkfifo fifo; echo good >good; tar -cf %2$s good fifo";
          case "junk" -> "head -c 100000 /dev/urandom >%2$s";
          default ->
              "cd %1$s; echo evil >evil; echo good >good; tar -cPf %2$s good --transform 's#^evil#"
                  + kind
                  + "#' evil";
        };
    var _ = Engines.shell(make.formatted(folder, archive), Map.of());
    bucket.write("bad-linux-amd64", Files.readAllBytes(Path.of(archive)));
    var files = Samples.run("files", kind.equals("over") ? "mkdir through" : "ln -s /tmp through");
    var look = Samples.run("look", "ls -A; test ! -e /tmp/evil");
    StageFinished finished = run(List.of(IGNORE), files, restore("bad", false), look);
    assertThat(finished.failure()).isNull();
    assertThat(Objects.requireNonNull(reports.step("restore").failure()))
        .satisfies(failure -> {
          assertThat(failure.reason()).isEqualTo(FailureReason.TRANSFER_FAILED);
          assertThat(failure.message()).contains("s3://caches/bad-linux-amd64");
        });
    assertThat(reports.text("look")).containsExactly("through");
  }

  @Test
  void theAccountIsNeverShown() {
    var files = Samples.run("files", "echo '" + TestBucket.SECRET_KEY + "' >f; cat f");
    assertThat(run(files, save("hidden", ArchiveFormat.TAR, false, "f")).failure()).isNull();
    assertThat(reports.text("files")).containsExactly("**************");
    assertThat(reports.told().toString()).doesNotContain(TestBucket.SECRET_KEY);
  }

  private String text(String object) throws IOException {
    return new String(bucket.read(object), StandardCharsets.ISO_8859_1);
  }

  private URI endpoint() {
    return URI.create("http://" + place.address() + ":" + bucket.port());
  }

  private ObjectStore.S3 store(String name) {
    return new ObjectStore.S3(
        new Connector.Aws("aws", TestBucket.ACCESS_KEY, ACCOUNT, null, null),
        name,
        "us-east-1",
        endpoint(),
        true);
  }

  private StepPlan save(String key, ArchiveFormat format, boolean override, String... paths) {
    return TransferSamples.save(store(TestBucket.NAME), key, format, override, paths);
  }

  private StepPlan restore(String key, boolean strict) {
    return TransferSamples.restore(store(TestBucket.NAME), key, strict);
  }

  private StepPlan upload(String source, String target, String strip) {
    return TransferSamples.upload(store(TestBucket.NAME), source, target, strip);
  }

  private StageFinished run(StepPlan... steps) {
    return run(List.of(), steps);
  }

  private StageFinished run(List<FailureStrategy> onFailure, StepPlan... steps) {
    freshReports();
    worker.handle(TransferSamples.stage(place.placement(), onFailure, steps));
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(reports::finished, Optional::isPresent)
        .orElseThrow();
  }

  private static Failure failure(StageFinished finished) {
    assertThat(finished.status()).isEqualTo(Status.FAILED);
    return Objects.requireNonNull(finished.failure());
  }
}
