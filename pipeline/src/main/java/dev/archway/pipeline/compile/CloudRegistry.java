package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.pipeline.ProblemCode;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The registries of the clouds, and as whom their connectors log in there. */
final class CloudRegistry {
  static final String ECR_EXAMPLE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app";
  static final String GOOGLE_EXAMPLE = "europe-docker.pkg.dev/my-project/my-repository/app";
  static final String ACR_EXAMPLE = "acme.azurecr.io/app";

  /** Amazon ECR user guide, "Amazon ECR private registry", section "Private registry URL". */
  static final Pattern ECR =
      Pattern.compile("([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/(.+)");

  private CloudRegistry() {}

  /**
   * The registry that a step's image is pulled from, by the connector that is named beside it; null
   * when findings say why there is none. Of a cloud's connector only the image's name tells the
   * host (Harness page "Use a Run step", "Image and Container Registry": a private registry's image
   * is written whole).
   */
  static Connector.@Nullable DockerRegistry ofImage(Fields fields, Lookup lookup, String image) {
    return switch (lookup.peek(fields, "connectorRef")) {
      case Connector.Aws aws -> {
        Matcher whole = ECR.matcher(image);
        if (!whole.matches()) {
          imageNotWhole(fields, image, ECR_EXAMPLE);
          yield null;
        }
        // Whatever the connector calls the registry: the login is used where the image lies.
        URI host = URI.create("https://" + image.substring(0, image.indexOf('/')));
        yield ecr(aws, host, whole.group(2));
      }
      case Connector.Gcp gcp -> {
        URI host = host(fields, image, GOOGLE_EXAMPLE);
        yield host == null ? null : google(gcp, host);
      }
      case Connector.Azure azure -> {
        URI host = host(fields, image, ACR_EXAMPLE);
        yield host == null ? null : acr(azure, host);
      }
      case null, default -> docker(fields, lookup);
    };
  }

  /** The registry that the connector itself names. */
  static Connector.@Nullable DockerRegistry docker(Fields fields, Lookup lookup) {
    return lookup.find(
        fields,
        "connectorRef",
        Connector.DockerRegistry.class,
        "DockerRegistry, Aws, Gcp or Azure");
  }

  private static @Nullable URI host(Fields fields, String image, String example) {
    String host = image.substring(0, Math.max(0, image.indexOf('/')));
    if (host.contains(".") && !host.contains("<+")) {
      return url(fields, "image", host);
    }
    imageNotWhole(fields, image, example);
    return null;
  }

  private static void imageNotWhole(Fields fields, String image, String example) {
    if (fields.has("image")) {
      notWhole(fields, "image", image, example);
    }
  }

  static void notWhole(Fields fields, String key, String written, String example) {
    fields.error(
        key,
        ProblemCode.BAD_VALUE,
        "\"%s\" (expected: the registry's host and the repository, such as %s)"
            .formatted(written, example));
  }

  static Connector.DockerRegistry ecr(Connector.Aws aws, String account, String region) {
    URI url =
        Objects.requireNonNullElseGet(
            aws.ecrRegistry(),
            () ->
                URI.create("https://%s.dkr.ecr.%s.%s".formatted(account, region, domain(region))));
    return ecr(aws, url, region);
  }

  /** Amazon ECR user guide, "Private registry authentication". */
  private static Connector.DockerRegistry ecr(Connector.Aws aws, URI url, String region) {
    URI endpoint =
        Objects.requireNonNullElseGet(
            aws.ecrEndpoint(),
            () -> URI.create("https://api.ecr.%s.%s".formatted(region, domain(region))));
    return new Connector.DockerRegistry(
        aws.ref(), url, aws.accessKey(), aws.secretKey(), new EcrAccess(region, endpoint));
  }

  private static String domain(String region) {
    return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  }

  /** Artifact Registry's documentation, "Authentication", section "Service account key". */
  static Connector.DockerRegistry google(Connector.Gcp gcp, URI host) {
    return new Connector.DockerRegistry(gcp.ref(), host, "_json_key", gcp.keyFile());
  }

  /** Azure's documentation, "Azure Container Registry authentication with service principals". */
  static Connector.DockerRegistry acr(Connector.Azure azure, URI host) {
    return new Connector.DockerRegistry(azure.ref(), host, azure.clientId(), azure.clientSecret());
  }

  /** The URL of a registry's host; null when a finding says what is wrong with it. */
  static @Nullable URI url(Fields fields, String key, String host) {
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
}
