package dev.archway.connector;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs requests to AWS (AWS General Reference, "Signature Version 4 signing process"). Pure. */
final class AwsSignature {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private AwsSignature() {}

  /** An access key. */
  record Key(String id, String secret) {
    @Override
    public String toString() {
      return "Key[" + id + "]";
    }
  }

  /**
   * What is signed.
   *
   * @param path encoded and normalised
   * @param query canonical: encoded and sorted
   * @param headers by their names in lower case; all of them are signed
   */
  record Request(
      String method, String path, String query, Map<String, String> headers, String body) {}

  /** The request's headers with those that make it signed. */
  static Map<String, String> sign(
      Request request, Key key, String region, String service, Instant now) {
    String time = TIME.format(now);
    Map<String, String> headers = new TreeMap<>(request.headers());
    headers.put("x-amz-date", time);
    String names = String.join(";", headers.keySet());
    String canonical =
        String.join(
            "\n",
            request.method(),
            request.path(),
            request.query(),
            headers.entrySet().stream()
                .map(header ->
                    header.getKey() + ":" + header.getValue().strip().replaceAll(" +", " ") + "\n")
                .collect(Collectors.joining()),
            names,
            hash(request.body()));
    String day = time.substring(0, 8);
    String scope = String.join("/", day, region, service, "aws4_request");
    byte[] signing = ("AWS4" + key.secret()).getBytes(StandardCharsets.UTF_8);
    for (String part : new String[] {day, region, service, "aws4_request"}) {
      signing = mac(signing, part);
    }
    String signature =
        HexFormat.of()
            .formatHex(mac(signing, String.join("\n", ALGORITHM, time, scope, hash(canonical))));
    headers.put(
        "authorization",
        "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(ALGORITHM, key.id(), scope, names, signature));
    return headers;
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  private static byte[] mac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA256", e);
    }
  }
}
