package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Repository;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.Form;
import java.net.URI;
import java.util.function.Function;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** Where an image is pushed to, and as whom. */
record PushTarget(Connector.DockerRegistry registry, Repository repository) {
  /** The target that a step of {@code type} names; null when findings say why there is none. */
  static @Nullable PushTarget read(String type, Fields fields, Lookup lookup) {
    return switch (type) {
      case "BuildAndPushECR" -> ecr(fields, lookup);
      case "BuildAndPushGAR", "BuildAndPushGCR" -> google(fields, lookup);
      case "BuildAndPushACR" -> acr(fields, lookup);
      default ->
          docker(fields, lookup.find(fields, "connectorRef", Connector.DockerRegistry.class));
    };
  }

  /**
   * The target whose repository is written whole ({@code repo}), where no step type but the
   * connector says what kind of registry it is at.
   */
  static @Nullable PushTarget ofRepository(Fields fields, Lookup lookup) {
    return switch (lookup.peek(fields, "connectorRef")) {
      case Connector.Aws aws -> ecr(fields, aws);
      case Connector.Gcp gcp ->
          hosted(
              fields,
              "repo",
              CloudRegistry.GOOGLE_EXAMPLE,
              host -> CloudRegistry.google(gcp, host));
      case Connector.Azure azure ->
          hosted(fields, "repo", CloudRegistry.ACR_EXAMPLE, host -> CloudRegistry.acr(azure, host));
      case null, default -> docker(fields, CloudRegistry.docker(fields, lookup));
    };
  }

  private static @Nullable PushTarget docker(
      Fields fields, Connector.@Nullable DockerRegistry registry) {
    Repository repository = StepReader.repository(fields, registry);
    return registry == null || repository == null ? null : new PushTarget(registry, repository);
  }

  /** Amazon ECR user guide, "Amazon ECR private registry". */
  private static @Nullable PushTarget ecr(Fields fields, Lookup lookup) {
    Connector.Aws aws = lookup.find(fields, "connectorRef", Connector.Aws.class);
    String region = matching(fields, "region", Form.REGION);
    String account = matching(fields, "account", Form.ACCOUNT);
    String image = fields.required("imageName", "");
    return aws == null || region == null || account == null || image.isEmpty()
        ? null
        : ecr(fields, "imageName", aws, account, region, image);
  }

  private static @Nullable PushTarget ecr(Fields fields, Connector.Aws aws) {
    String written = fields.required("repo", "");
    Matcher whole = CloudRegistry.ECR.matcher(written);
    if (whole.matches()) {
      return ecr(fields, "repo", aws, whole.group(1), whole.group(2), whole.group(3));
    }
    if (!written.isEmpty()) {
      CloudRegistry.notWhole(fields, "repo", written, CloudRegistry.ECR_EXAMPLE);
    }
    return null;
  }

  /**
   * @param key where the image's name stands
   */
  private static @Nullable PushTarget ecr(
      Fields fields, String key, Connector.Aws aws, String account, String region, String image) {
    return of(fields, key, CloudRegistry.ecr(aws, account, region), image);
  }

  private static @Nullable String matching(Fields fields, String key, Form form) {
    String text = fields.required(key, "");
    if (text.isEmpty() || form.matches(text)) {
      return text.isEmpty() ? null : text;
    }
    fields.error(
        key, ProblemCode.BAD_VALUE, "\"%s\" (expected: %s)".formatted(text, form.expected()));
    return null;
  }

  /** Artifact Registry's documentation, "Authentication", section "Service account key". */
  private static @Nullable PushTarget google(Fields fields, Lookup lookup) {
    Connector.Gcp gcp = lookup.find(fields, "connectorRef", Connector.Gcp.class);
    URI host = CloudRegistry.url(fields, "host", fields.required("host", ""));
    String project = fields.required("projectID", "");
    String image = fields.required("imageName", "");
    if (gcp == null || host == null || project.isEmpty() || image.isEmpty()) {
      return null;
    }
    return of(
        fields,
        "imageName",
        CloudRegistry.google(gcp, host),
        // Projects of a domain are written domain:project.
        project.replace(':', '/') + "/" + image);
  }

  /** Azure's documentation, "Azure Container Registry authentication with service principals". */
  private static @Nullable PushTarget acr(Fields fields, Lookup lookup) {
    Connector.Azure azure = lookup.find(fields, "connectorRef", Connector.Azure.class);
    return azure == null
        ? null
        : hosted(
            fields,
            "repository",
            CloudRegistry.ACR_EXAMPLE,
            host -> CloudRegistry.acr(azure, host));
  }

  /** A repository that is written with its registry's host. */
  private static @Nullable PushTarget hosted(
      Fields fields, String key, String example, Function<URI, Connector.DockerRegistry> registry) {
    String written = fields.required(key, "");
    int start = written.contains("://") ? written.indexOf("://") + 3 : 0;
    int slash = written.indexOf('/', start);
    if (written.isEmpty()) {
      return null;
    }
    if (slash < 0) {
      CloudRegistry.notWhole(fields, key, written, example);
      return null;
    }
    URI host = CloudRegistry.url(fields, key, written.substring(0, slash));
    return host == null
        ? null
        : of(fields, key, registry.apply(host), written.substring(slash + 1));
  }

  private static @Nullable PushTarget of(
      Fields fields, String key, Connector.DockerRegistry registry, String path) {
    try {
      return new PushTarget(registry, new Repository(registry.host(), path));
    } catch (IllegalArgumentException e) {
      fields.error(key, ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Another repository at the same registry. */
  @Nullable Repository beside(Fields fields, String key, String written) {
    try {
      Repository other = Repository.resolve(written, registry.host());
      if (other.host().equals(registry.host())) {
        return other;
      }
      fields.error(
          key,
          ProblemCode.BAD_VALUE,
          "repository \"%s\" (expected: one at %s, where the image is pushed)"
              .formatted(written, registry.host()));
    } catch (IllegalArgumentException e) {
      fields.error(key, ProblemCode.BAD_VALUE, String.valueOf(e.getMessage()));
    }
    return null;
  }
}
