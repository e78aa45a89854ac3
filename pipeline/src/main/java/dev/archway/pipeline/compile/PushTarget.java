package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.image.Repository;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.Form;
import java.net.URI;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where an image is pushed to, and as whom. */
record PushTarget(Connector.DockerRegistry registry, Repository repository) {
  private static final String ACR_EXAMPLE = "acme.azurecr.io/app";

  /** Amazon ECR user guide, "Amazon ECR private registry", section "Private registry URL". */
  private static final Pattern ECR =
      Pattern.compile("([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/(.+)");

  /** The target that a step of {@code type} names; null when findings say why there is none. */
  static @Nullable PushTarget read(String type, Fields fields, Lookup lookup) {
    return switch (type) {
      case "BuildAndPushECR" -> ecr(fields, lookup);
      case "BuildAndPushGAR", "BuildAndPushGCR" -> google(fields, lookup);
      case "BuildAndPushACR" -> acr(fields, lookup);
      default -> docker(fields, lookup);
    };
  }

  /**
   * The target whose repository is written whole ({@code repo}), where no step type but the
   * connector says what kind of registry it is at.
   */
  static @Nullable PushTarget ofRepository(Fields fields, Lookup lookup) {
    String ref = fields.text("connectorRef");
    Connector connector =
        ref == null
            ? null
            : lookup.connectors().find(lookup.org(), lookup.project(), ref).orElse(null);
    return switch (connector) {
      case Connector.Aws aws -> ecr(fields, aws);
      case Connector.Gcp gcp -> {
        String example = "europe-docker.pkg.dev/my-project/my-repository/app";
        yield hosted(fields, "repo", example, host -> google(gcp, host));
      }
      case Connector.Azure azure -> hosted(fields, "repo", ACR_EXAMPLE, host -> acr(azure, host));
      case null, default -> docker(fields, lookup);
    };
  }

  private static @Nullable PushTarget docker(Fields fields, Lookup lookup) {
    Connector.DockerRegistry registry =
        lookup.find(fields, "connectorRef", Connector.DockerRegistry.class);
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
    Matcher whole = ECR.matcher(written);
    if (whole.matches()) {
      return ecr(fields, "repo", aws, whole.group(1), whole.group(2), whole.group(3));
    }
    if (!written.isEmpty()) {
      fields.error(
          "repo",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: the registry's host and the repository, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/app)"
              .formatted(written));
    }
    return null;
  }

  /**
   * @param key where the image's name stands
   */
  private static @Nullable PushTarget ecr(
      Fields fields, String key, Connector.Aws aws, String account, String region, String image) {
    String domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    URI url =
        Objects.requireNonNullElseGet(
            aws.ecrRegistry(),
            () -> URI.create("https://%s.dkr.ecr.%s.%s".formatted(account, region, domain)));
    URI endpoint =
        Objects.requireNonNullElseGet(
            aws.ecrEndpoint(), () -> URI.create("https://api.ecr.%s.%s".formatted(region, domain)));
    return of(
        fields,
        key,
        new Connector.DockerRegistry(
            aws.ref(), url, aws.accessKey(), aws.secretKey(), new EcrAccess(region, endpoint)),
        image);
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
    URI host = url(fields, "host", fields.required("host", ""));
    String project = fields.required("projectID", "");
    String image = fields.required("imageName", "");
    if (gcp == null || host == null || project.isEmpty() || image.isEmpty()) {
      return null;
    }
    return of(
        fields,
        "imageName",
        google(gcp, host),
        // Projects of a domain are written domain:project.
        project.replace(':', '/') + "/" + image);
  }

  private static Connector.DockerRegistry google(Connector.Gcp gcp, URI host) {
    return new Connector.DockerRegistry(gcp.ref(), host, "_json_key", gcp.keyFile());
  }

  /** Azure's documentation, "Azure Container Registry authentication with service principals". */
  private static @Nullable PushTarget acr(Fields fields, Lookup lookup) {
    Connector.Azure azure = lookup.find(fields, "connectorRef", Connector.Azure.class);
    return azure == null
        ? null
        : hosted(fields, "repository", ACR_EXAMPLE, host -> acr(azure, host));
  }

  private static Connector.DockerRegistry acr(Connector.Azure azure, URI host) {
    return new Connector.DockerRegistry(azure.ref(), host, azure.clientId(), azure.clientSecret());
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
      fields.error(
          key,
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: the registry's host and the repository, such as %s)"
              .formatted(written, example));
      return null;
    }
    URI host = url(fields, key, written.substring(0, slash));
    return host == null
        ? null
        : of(fields, key, registry.apply(host), written.substring(slash + 1));
  }

  private static @Nullable URI url(Fields fields, String key, String host) {
    if (host.isEmpty()) {
      return null;
    }
    try {
      URI url = URI.create(host.contains("://") ? host : "https://" + host);
      if (url.getHost() != null
          && url.getUserInfo() == null
          && url.getRawPath().isEmpty()
          && url.getRawQuery() == null
          && (url.getScheme().equals("https") || url.getScheme().equals("http"))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    fields.error(
        key, ProblemCode.BAD_VALUE, "host \"%s\" (expected: a registry's host)".formatted(host));
    return null;
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
