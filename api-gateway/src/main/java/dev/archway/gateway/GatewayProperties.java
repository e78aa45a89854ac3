package dev.archway.gateway;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * api-gateway's settings, prefix {@code archway.gateway}.
 *
 * @param plannerUrl where planner-service answers
 * @param registryUrl where registry-service answers
 * @param logUrl where log-service answers
 * @param tokensFile one token per line; blank lines and lines that begin with {@code #} are skipped
 * @param bodyLimit the longest request body that is taken
 * @param retryAfter how long a backend that does not answer is left alone
 * @param answerTimeout how long a service may take until its answer begins; streams too
 * @param requestsPerAddress how many requests of one address are taken a second
 * @param requestsPerCaller how many requests of one token or person are taken a second
 * @param corsOrigins origins whose pages may call the API from a browser, such as {@code
 *     https://ci.example.org}
 */
@ConfigurationProperties("archway.gateway")
public record GatewayProperties(
    URI plannerUrl,
    URI registryUrl,
    URI logUrl,
    Path tokensFile,
    @DefaultValue("10MB") DataSize bodyLimit,
    @DefaultValue("2s") Duration retryAfter,
    @DefaultValue("30s") Duration answerTimeout,
    @DefaultValue("2000") int requestsPerAddress,
    @DefaultValue("1000") int requestsPerCaller,
    @DefaultValue({}) List<String> corsOrigins) {
  public GatewayProperties {
    corsOrigins = List.copyOf(corsOrigins);
    if (bodyLimit.toBytes() <= 0 || retryAfter.toSeconds() < 1) {
      throw new IllegalArgumentException(
          "archway.gateway: body-limit %s, retry-after %s (expected: more than 0 bytes; at least 1 s)"
              .formatted(bodyLimit, retryAfter));
    }
  }
}
