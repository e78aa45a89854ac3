package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.ArchiveFormat;
import dev.archway.contract.plan.CacheKey;
import dev.archway.contract.plan.ObjectStore;
import dev.archway.contract.plan.StepPlan;
import dev.archway.expression.Template;
import dev.archway.pipeline.ProblemCode;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the steps that move files between the workspace and a bucket (Harness pages "Save and
 * restore cache from S3", "… from GCS", "Upload artifacts to S3", "… to GCS").
 */
final class TransferReader {
  private static final Pattern BUCKET =
      Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,220}[a-zA-Z0-9]");
  private static final Pattern REGION = Pattern.compile("[a-zA-Z0-9-]{1,63}");

  /** What S3's protocol signs with where a store has no regions, and Amazon's first region. */
  private static final String REGION_UNLESS_SAID = "us-east-1";

  private final StepReader.Head head;
  private final Fields fields;

  private TransferReader(StepReader.Head head, Fields fields) {
    this.head = head;
    this.fields = fields;
  }

  static @Nullable StepPlan read(String type, StepReader.Head head, Fields fields, Lookup lookup) {
    TransferReader reader = new TransferReader(head, fields);
    ObjectStore store = type.contains("S3") ? reader.s3(lookup) : reader.gcs(lookup);
    Function<ObjectStore, @Nullable StepPlan> step =
        switch (type) {
          case "SaveCacheS3", "SaveCacheGCS" -> reader.save();
          case "RestoreCacheS3", "RestoreCacheGCS" -> reader.restore();
          default -> reader.upload();
        };
    fields.finish();
    return store == null ? null : step.apply(store);
  }

  private @Nullable ObjectStore s3(Lookup lookup) {
    Connector.Aws account = lookup.find(fields, "connectorRef", Connector.Aws.class);
    String bucket = bucket();
    String region = fields.text("region");
    if (region != null && !REGION.matcher(region).matches()) {
      fields.error(
          "region",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: a region such as eu-west-1)".formatted(region));
    }
    URI endpoint = fields.parsed("endpoint", ProblemCode.BAD_VALUE, TransferReader::endpoint);
    boolean pathStyle = Boolean.TRUE.equals(fields.bool("pathStyle"));
    return account == null || bucket == null
        ? null
        : new ObjectStore.S3(
            account,
            bucket,
            Objects.requireNonNullElse(region, REGION_UNLESS_SAID),
            endpoint,
            pathStyle);
  }

  private @Nullable ObjectStore gcs(Lookup lookup) {
    Connector.Gcp account = lookup.find(fields, "connectorRef", Connector.Gcp.class);
    String bucket = bucket();
    return account == null || bucket == null ? null : new ObjectStore.Gcs(account, bucket);
  }

  private static URI endpoint(String text) {
    try {
      URI url = URI.create(text);
      if (url.getHost() != null
          && url.getUserInfo() == null
          && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "\"%s\" (expected: an http or https URL without an account)".formatted(text));
  }

  private @Nullable String bucket() {
    String bucket = fields.required("bucket", "");
    if (bucket.isEmpty() || BUCKET.matcher(bucket).matches()) {
      return bucket.isEmpty() ? null : bucket;
    }
    fields.error(
        "bucket",
        ProblemCode.BAD_VALUE,
        "\"%s\" (expected: a bucket's name alone: letters, digits, ., _ and -)".formatted(bucket));
    return null;
  }

  private Function<ObjectStore, @Nullable StepPlan> save() {
    CacheKey key = key();
    List<String> paths = fields.templateTexts("sourcePaths");
    if (paths.isEmpty()) {
      fields.missing("sourcePaths");
    }
    List<String> inside = paths.stream().map(path -> inside("sourcePaths", path)).toList();
    ArchiveFormat format = format();
    boolean override = Boolean.TRUE.equals(fields.bool("override"));
    StepPlan.Resources resources = RunReader.resources(fields.object("resources"));
    Long user = fields.integer("runAsUser");
    return store ->
        key == null || paths.isEmpty()
            ? null
            : new StepPlan.SaveCache(
                head.id(),
                head.name(),
                head.timeout(),
                store,
                key,
                inside,
                format,
                override,
                resources,
                user);
  }

  private Function<ObjectStore, @Nullable StepPlan> restore() {
    CacheKey key = key();
    // The archive itself says how it is packed.
    var _ = format();
    boolean strict = Boolean.TRUE.equals(fields.bool("failIfKeyNotFound"));
    StepPlan.Resources resources = RunReader.resources(fields.object("resources"));
    Long user = fields.integer("runAsUser");
    return store ->
        key == null
            ? null
            : new StepPlan.RestoreCache(
                head.id(), head.name(), head.timeout(), store, key, strict, resources, user);
  }

  private Function<ObjectStore, @Nullable StepPlan> upload() {
    String source = fields.requiredTemplate("sourcePath", "");
    String inside = source.isEmpty() ? "" : inside("sourcePath", source);
    String target = Objects.requireNonNullElse(fields.template("target"), "");
    String prefix = fields.template("stripPrefix");
    StepPlan.Resources resources = RunReader.resources(fields.object("resources"));
    Long user = fields.integer("runAsUser");
    return store ->
        inside.isEmpty()
            ? null
            : new StepPlan.Upload(
                head.id(),
                head.name(),
                head.timeout(),
                store,
                inside,
                target,
                prefix == null ? "" : inside("stripPrefix", prefix),
                resources,
                user);
  }

  private @Nullable CacheKey key() {
    String written = fields.requiredTemplate("key", "");
    if (written.isEmpty()) {
      return null;
    }
    try {
      CacheKey key = CacheKey.parse(written);
      for (CacheKey.Part part : key.parts()) {
        if (part instanceof CacheKey.Checksum(String file)) {
          var _ = inside("key", file);
        }
      }
      return key;
    } catch (IllegalArgumentException e) {
      fields.error("key", ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private ArchiveFormat format() {
    ArchiveFormat format =
        fields.parsed(
            "archiveFormat",
            ProblemCode.BAD_VALUE,
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "tar" -> ArchiveFormat.TAR;
                  case "gzip" -> ArchiveFormat.GZIP;
                  case "zstd" -> ArchiveFormat.ZSTD;
                  default ->
                      throw new IllegalArgumentException(
                          "archive format \"%s\" (expected: Tar, Gzip or Zstd)".formatted(text));
                });
    return format == null ? ArchiveFormat.TAR : format;
  }

  /**
   * The path below the workspace. What an expression brings is looked at when the step runs. Other
   * folders are not shared between the steps of a stage.
   */
  private String inside(String key, String written) {
    return Template.hasExpression(written) ? written : StepReader.inWorkspace(fields, key, written);
  }
}
