package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.image.Repository;
import dev.archway.pipeline.ProblemCode;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where an image is pushed to, and as whom. */
record PushTarget(Connector.DockerRegistry registry, Repository repository) {
  private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}");
  private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");

  /** The target that a step of {@code type} names; null when findings say why there is none. */
  static @Nullable PushTarget read(String type, Fields fields, Lookup lookup) {
    return switch (type) {
      case "BuildAndPushECR" -> ecr(fields, lookup);
      case "BuildAndPushGAR", "BuildAndPushGCR" -> google(fields, lookup);
      case "BuildAndPushACR" -> acr(fields, lookup);
      default -> docker(fields, lookup);
    };
  }

  /** The same where no step type but the connector says whose registry it is. */
  static @Nullable PushTarget ofConnector(Fields fields, Lookup lookup) {
    String ref = fields.text("connectorRef");
    Connector connector =
        ref == null
            ? null
            : lookup.connectors().find(lookup.org(), lookup.project(), ref).orElse(null);
    return switch (connector) {
      case Connector.Aws _ -> ecr(fields, lookup);
      case Connector.Gcp _ -> google(fields, lookup);
      case Connector.Azure _ -> acr(fields, lookup);
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
    String region = matching(fields, "region", REGION, "a region such as eu-west-1");
    String account = matching(fields, "account", ACCOUNT, "an account's 12 digits");
    String image = fields.required("imageName", "");
    if (aws == null || region == null || account == null || image.isEmpty()) {
      return null;
    }
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
        "imageName",
        new Connector.DockerRegistry(
            aws.ref(), url, aws.accessKey(), aws.secretKey(), new EcrAccess(region, endpoint)),
        image);
  }

  private static @Nullable String matching(
      Fields fields, String key, Pattern pattern, String expected) {
    String text = fields.required(key, "");
    if (text.isEmpty() || pattern.matcher(text).matches()) {
      return text.isEmpty() ? null : text;
    }
    fields.error(key, ProblemCode.BAD_VALUE, "\"%s\" (expected: %s)".formatted(text, expected));
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
        new Connector.DockerRegistry(gcp.ref(), host, "_json_key", gcp.keyFile()),
        // Projects of a domain are written domain:project.
        project.replace(':', '/') + "/" + image);
  }

  /** Azure's documentation, "Azure Container Registry authentication with service principals". */
  private static @Nullable PushTarget acr(Fields fields, Lookup lookup) {
    // It says whom Azure charges, and is no part of the registry's address.
    fields.ignore("subscriptionId");
    Connector.Azure azure = lookup.find(fields, "connectorRef", Connector.Azure.class);
    String written = fields.required("repository", "");
    int start = written.contains("://") ? written.indexOf("://") + 3 : 0;
    int slash = written.indexOf('/', start);
    if (azure == null || written.isEmpty()) {
      return null;
    }
    if (slash < 0) {
      fields.error(
          "repository",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: the registry's host and the repository, such as acme.azurecr.io/app)"
              .formatted(written));
      return null;
    }
    URI host = url(fields, "repository", written.substring(0, slash));
    return host == null
        ? null
        : of(
            fields,
            "repository",
            new Connector.DockerRegistry(azure.ref(), host, azure.clientId(), azure.clientSecret()),
            written.substring(slash + 1));
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
