package dev.archway.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.connector.SecretSource;
import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.command.PublishIndex;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.ImageEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.wire.Envelope;
import dev.archway.observability.Traces;
import dev.archway.registry.image.ImageVerifier;
import dev.archway.registry.image.IndexPublisher;
import dev.archway.registry.oci.RetryRules;
import dev.archway.registry.store.EarlierTags;
import dev.archway.registry.store.ImageRecords;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;

/** The listener with a real registry and a real database; only the bus is a list. */
class RegistryListenerTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final ExecutionId EXECUTION = ExecutionId.of("e0000001");
  private static final StageKey KEY = new StageKey(EXECUTION, "build", 1);
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";

  @TempDir static Path directory;
  private static RealRegistry registry;

  private final RecordedBus bus = new RecordedBus();
  private final String path = "my-repo/demo" + UUID.randomUUID().toString().substring(0, 8);
  private ImageRecords records;
  private RegistryListener listener;

  @BeforeAll
  static void startRegistry() {
    registry = RealRegistry.open(directory);
  }

  @AfterAll
  static void stopRegistry() {
    registry.close();
  }

  @BeforeEach
  void prepare() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    Flyway.configure().dataSource(database).locations("classpath:db/registry").load().migrate();
    JdbcClient jdbc = JdbcClient.create(database);
    TransactionTemplate transactions =
        new TransactionTemplate(new JdbcTransactionManager(database));
    records = new ImageRecords(jdbc, transactions);
    ConnectorAccess access =
        new ConnectorAccess(
            HttpClient.newHttpClient(),
            new SecretSource(directory, Map.of()),
            new RetryRules(3, Duration.ofMillis(1), Duration.ofMillis(5)));
    listener =
        new RegistryListener(
            new ImageVerifier(access),
            new IndexPublisher(access, new EarlierTags(jdbc, transactions)),
            records,
            bus,
            Clock.fixed(NOW, ZoneOffset.UTC),
            Traces.none(),
            new SimpleMeterRegistry());
  }

  @Test
  void whatWasPushedIsVerifiedAndRecordedPerTag() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    registry.pushImage(path, "latest", RealRegistry.config("linux", "amd64", "v"));
    push(digest, Platform.LINUX_AMD64, "1.0", "latest");
    Envelope answer = bus.only();
    assertThat(answer.data())
        .isEqualTo(
            new ImageEvent.ImageVerified(KEY, NOW, "push", registry.repository(path), digest));
    assertThat(answer.id()).isEqualTo("e0000001/build/1/push/" + digest + "/verified");
    assertThat(answer.key()).isEqualTo("e0000001");
    List<ImageRecord> recorded = listed();
    assertThat(recorded).extracting(ImageRecord::tag).containsExactly("latest", "1.0");
    ImageRecord one = recorded.getLast();
    String config = RealRegistry.config("linux", "amd64", "v");
    String manifest = String.valueOf(registry.manifest(path, "1.0"));
    assertThat(one.size())
        .isEqualTo(config.length() + ("layer of " + config).length() + manifest.length());
    assertThat(one.platform()).isEqualTo(Platform.LINUX_AMD64);
    assertThat(one.movedTo()).isNull();
  }

  @Test
  void aSecondDeliveryIsAnsweredFromTheRecord() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    push(digest, Platform.LINUX_AMD64, "1.0");
    Envelope first = bus.only();
    registry.stop();
    try {
      push(digest, Platform.LINUX_AMD64, "1.0");
    } finally {
      registry.start();
    }
    assertThat(bus.only()).isEqualTo(first);
    assertThat(listed()).hasSize(1);
  }

  @Test
  void aTagThatMovedInTheMeantimeIsRecordedAsMoved() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    Digest later = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "w"));
    push(digest, Platform.LINUX_AMD64, "1.0");
    assertThat(bus.only().data()).isInstanceOf(ImageEvent.ImageVerified.class);
    assertThat(listed()).singleElement().extracting(ImageRecord::movedTo).isEqualTo(later);
  }

  @Test
  void anImageOfAnotherPlatformIsRejected() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    push(digest, Platform.LINUX_ARM64, "1.0");
    ImageEvent.ImageRejected rejected = rejected();
    assertThat(rejected.failure().reason()).isEqualTo(FailureReason.REGISTRY_MISMATCH);
    assertThat(rejected.failure().message())
        .contains("platform [linux/amd64] (expected: linux/arm64)");
    assertThat(rejected.failure().retryable()).isFalse();
    assertThat(listed()).isEmpty();
  }

  @Test
  void whatIsNotThereIsRejected() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    push(Digest.sha256(new byte[] {1}), Platform.LINUX_AMD64, "1.0");
    assertThat(rejected().failure().reason()).isEqualTo(FailureReason.REGISTRY_MISMATCH);
    push(digest, Platform.LINUX_AMD64, "1.0", "missing");
    assertThat(rejected().failure().message()).contains(path + ":missing", "no such tag");
    assertThat(listed()).isEmpty();
  }

  @Test
  void aRegistryThatIsDownIsRejectedAsRetryable() {
    Digest digest = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "v"));
    registry.stop();
    try {
      push(digest, Platform.LINUX_AMD64, "1.0");
    } finally {
      registry.start();
    }
    ImageEvent.ImageRejected rejected = rejected();
    assertThat(rejected.failure().retryable()).isTrue();
    assertThat(rejected.failure().message()).contains("no answer from localhost");
    assertThat(listed()).isEmpty();
  }

  @Test
  void aPasswordThatCannotBeHadIsTold() {
    Connector.DockerRegistry withPassword =
        new Connector.DockerRegistry("reg", registry.url(), "me", SecretRef.of("gone"));
    listener.onImageEvent(
        envelope(
            new ImageEvent.ImagePushed(
                KEY,
                NOW,
                "push",
                withPassword,
                image(Digest.sha256(new byte[] {1}), Platform.LINUX_AMD64, "1.0"))));
    assertThat(rejected().failure().reason()).isEqualTo(FailureReason.SECRET_UNAVAILABLE);
  }

  @Test
  void anIndexJoinsTheImagesOfThisExecution() {
    Digest amd = registry.pushImage(path, "1.0-amd", RealRegistry.config("linux", "amd64", "v"));
    Digest arm = registry.pushImage(path, "1.0-arm", RealRegistry.config("linux", "arm64", "v"));
    // Somebody else takes the tag; the digests of this execution count.
    registry.pushImage(path, "1.0-arm", RealRegistry.config("linux", "s390x", "w"));
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd), part("1.0-arm", Platform.LINUX_ARM64, arm));
    Envelope answer = bus.only();
    String document = registry.manifest(path, "1.0");
    assertThat(document)
        .contains(
            amd.value(),
            arm.value(),
            "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}");
    Digest digest = Digest.sha256(String.valueOf(document).getBytes(StandardCharsets.UTF_8));
    assertThat(answer.data())
        .isEqualTo(
            new ImageEvent.IndexPublished(
                EXECUTION,
                NOW,
                "index",
                registry.repository(path),
                List.of("1.0", "latest"),
                digest,
                List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64),
                List.of("1.0-riscv")));
    assertThat(answer.id()).isEqualTo("e0000001/index/index/published");
    assertThat(registry.manifest(path, "latest")).isEqualTo(document);
    assertThat(registry.manifest(path, digest.value())).isEqualTo(document);
    assertThat(listed())
        .allSatisfy(image -> assertThat(image.mediaType()).isEqualTo(INDEX))
        .extracting(ImageRecord::tag)
        .containsExactly("latest", "1.0");

    registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "elsewhere"));
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd), part("1.0-arm", Platform.LINUX_ARM64, arm));
    assertThat(bus.only()).as("second delivery").isEqualTo(answer);
    assertThat(registry.manifest(path, "1.0")).isNotEqualTo(document);
  }

  @Test
  void anIndexWithAPartThatIsMissingOrWrongMovesNoTag() {
    Digest amd = registry.pushImage(path, "1.0-amd", RealRegistry.config("linux", "amd64", "v"));
    publish(
        part("1.0-amd", Platform.LINUX_AMD64, amd),
        part("1.0-arm", Platform.LINUX_ARM64, Digest.sha256(new byte[] {2})));
    assertThat(failed().failure().reason()).isEqualTo(FailureReason.INDEX_INCOMPLETE);
    publish(part("1.0-arm", Platform.LINUX_ARM64, amd));
    assertThat(failed().failure().message())
        .contains("1.0-arm", "[linux/amd64] (expected: linux/arm64)");
    assertThat(registry.manifest(path, "1.0")).isNull();
    assertThat(listed()).isEmpty();
  }

  @Test
  void whenALaterTagFailsEarlierOnesAreMovedBack() throws IOException {
    Digest amd = registry.pushImage(path, "1.0-amd", RealRegistry.config("linux", "amd64", "v"));
    Digest before = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "old"));
    String document = registry.manifest(path, "1.0");
    registry.pushImage(path, "latest", RealRegistry.config("linux", "amd64", "old"));
    freeze("latest");
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd));
    Failure failure = failed().failure();
    assertThat(failure.reason()).isEqualTo(FailureReason.PUSH_FAILED);
    assertThat(failure.message())
        .contains("cannot write", ":latest", "; tag 1.0 was moved back to " + before);
    assertThat(registry.manifest(path, "1.0")).isEqualTo(document);
    assertThat(registry.manifest(path, "latest")).isEqualTo(document);
    assertThat(listed()).isEmpty();
  }

  @Test
  void whatAPredecessorMovedBeforeItDiedIsMovedBackToo() throws IOException {
    Digest amd = registry.pushImage(path, "1.0-amd", RealRegistry.config("linux", "amd64", "v"));
    Digest before = registry.pushImage(path, "1.0", RealRegistry.config("linux", "amd64", "old"));
    String document = registry.manifest(path, "1.0");
    registry.pushImage(path, "latest", RealRegistry.config("linux", "amd64", "old"));
    freeze("latest");
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd));
    assertThat(failed().failure().message()).contains("; tag 1.0 was moved back to " + before);

    // As a process leaves it that dies after the first tag.
    publish(
        ExecutionId.of("e0000002"), List.of("seen"), part("1.0-amd", Platform.LINUX_AMD64, amd));
    assertThat(bus.only().data()).isInstanceOf(ImageEvent.IndexPublished.class);
    registry.pushManifest(path, "1.0", INDEX, String.valueOf(registry.manifest(path, "seen")));
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd));
    assertThat(failed().failure().message()).contains("; tag 1.0 was moved back to " + before);
    assertThat(registry.manifest(path, "1.0")).isEqualTo(document);
    assertThat(listed()).extracting(ImageRecord::tag).containsExactly("seen");
  }

  @Test
  void aNewTagThatCannotBeMovedBackIsTold() throws IOException {
    Digest amd = registry.pushImage(path, "1.0-amd", RealRegistry.config("linux", "amd64", "v"));
    registry.pushImage(path, "latest", RealRegistry.config("linux", "amd64", "old"));
    freeze("latest");
    publish(part("1.0-amd", Platform.LINUX_AMD64, amd));
    assertThat(failed().failure().message())
        .contains("; tag 1.0 was new and names the new index; delete it if it must not");
    assertThat(registry.manifest(path, "1.0")).contains(amd.value());
    assertThat(listed()).isEmpty();
  }

  /** The registry can read the tag, but not write it: a file is where its folder should be. */
  private void freeze(String tag) throws IOException {
    Path history =
        directory
            .resolve("data/docker/registry/v2/repositories")
            .resolve(path)
            .resolve("_manifests/tags")
            .resolve(tag)
            .resolve("index");
    FileSystemUtils.deleteRecursively(history);
    Files.createFile(history);
  }

  @Test
  void nestedIndexesAreFlattenedAndAttestationsKept() {
    Digest amd = registry.pushImage(path, "a", RealRegistry.config("linux", "amd64", "v"));
    Digest arm = registry.pushImage(path, "b", RealRegistry.config("linux", "arm64", "v"));
    Digest about = registry.pushImage(path, "c", RealRegistry.config("unknown", "unknown", "v"));
    Digest nested =
        registry.pushManifest(
            path,
            "nested",
            INDEX,
            """
            {"schemaVersion":2,"mediaType":"%s","manifests":[
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"amd64"}},
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,"annotations":{"vnd.docker.reference.type":"attestation-manifest"},"platform":{"os":"unknown","architecture":"unknown"}}]}\
            """
                .formatted(INDEX, amd, length("a"), about, length("c")));
    publish(part("nested", Platform.LINUX_AMD64, nested), part("b", Platform.LINUX_ARM64, arm));
    ImageEvent.IndexPublished published = (ImageEvent.IndexPublished) bus.only().data();
    assertThat(published.platforms()).containsExactly(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    assertThat(registry.manifest(path, "1.0"))
        .containsSubsequence(amd.value(), about.value(), "attestation-manifest", arm.value())
        .doesNotContain(nested.value());
  }

  private int length(String tag) {
    return String.valueOf(registry.manifest(path, tag)).length();
  }

  private void push(Digest digest, Platform platform, String... tags) {
    listener.onImageEvent(
        envelope(
            new ImageEvent.ImagePushed(
                KEY, NOW, "push", registry.connector(), image(digest, platform, tags))));
  }

  private PushedImage image(Digest digest, Platform platform, String... tags) {
    return new PushedImage(
        registry.repository(path), List.of(tags), digest, platform, true, "c0ffee");
  }

  private void publish(PublishIndex.Part... parts) {
    publish(EXECUTION, List.of("1.0", "latest"), parts);
  }

  private void publish(ExecutionId execution, List<String> tags, PublishIndex.Part... parts) {
    listener.onImageCommand(
        envelope(
            new PublishIndex(
                execution,
                "index",
                registry.connector(),
                registry.repository(path),
                tags,
                List.of(parts),
                List.of("1.0-riscv"))));
  }

  private static PublishIndex.Part part(String tag, Platform platform, Digest digest) {
    return new PublishIndex.Part(tag, platform, digest);
  }

  private static Envelope envelope(Object data) {
    return new Envelope("id", "test", EXECUTION.value(), NOW, data);
  }

  private ImageEvent.ImageRejected rejected() {
    return (ImageEvent.ImageRejected) bus.only().data();
  }

  private ImageEvent.IndexFailed failed() {
    return (ImageEvent.IndexFailed) bus.only().data();
  }

  private List<ImageRecord> listed() {
    return records.list(new ImageRecords.Query(path, null, null, null, 50)).stream()
        .map(ImageRecords.Placed::image)
        .toList();
  }
}
