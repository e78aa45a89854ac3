package dev.archway.gateway.oidc;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import tools.jackson.databind.JsonNode;

/**
 * The OpenID provider: what its discovery document says (OpenID Connect Discovery 1.0), its keys
 * and its token endpoint. Found at first need, so that the gateway starts without it. Thread-safe.
 */
final class Provider {
  private final OidcProperties properties;
  private final URI issuer;
  private final RestClient http;
  private volatile @Nullable Found found;

  private record Found(
      String authorization, String token, NimbusJwtDecoder access, NimbusJwtDecoder identity) {}

  Provider(OidcProperties properties, URI issuer, RestClient http) {
    this.properties = properties;
    this.issuer = issuer;
    this.http = http;
  }

  /**
   * Where a browser is sent to sign in.
   *
   * @throws RestClientException when the provider does not answer
   */
  String authorizationEndpoint() {
    return found().authorization();
  }

  /**
   * Checks an access token for this API: signature, issuer, times, audience.
   *
   * @throws org.springframework.security.oauth2.jwt.JwtException when it is not good, or when that
   *     cannot be told
   */
  Jwt access(String text) {
    return found().access().decode(text);
  }

  /** Checks an identity token for this server. */
  Jwt identity(String text) {
    return found().identity().decode(text);
  }

  /**
   * Trades the code of a sign-in for the identity token.
   *
   * @throws RestClientException when the provider refuses or does not answer
   */
  String identityToken(String code, String redirect, String verifier) {
    MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
    form.add("grant_type", "authorization_code");
    form.add("code", code);
    form.add("redirect_uri", redirect);
    form.add("code_verifier", verifier);
    String secret = properties.clientSecret();
    if (secret == null) {
      form.add("client_id", properties.clientId());
    }
    RestClient.RequestBodySpec request =
        http.post().uri(found().token()).contentType(MediaType.APPLICATION_FORM_URLENCODED);
    if (secret != null) {
      request.headers(headers -> headers.setBasicAuth(properties.clientId(), secret));
    }
    return text(request.body(form).retrieve().body(JsonNode.class), "id_token");
  }

  private Found found() {
    Found known = found;
    if (known == null) {
      JsonNode document =
          http.get()
              .uri(issuer + "/.well-known/openid-configuration")
              .retrieve()
              .body(JsonNode.class);
      String keys = text(document, "jwks_uri");
      known =
          new Found(
              text(document, "authorization_endpoint"),
              text(document, "token_endpoint"),
              decoder(keys, properties.audience()),
              decoder(keys, properties.clientId()));
      found = known;
    }
    return known;
  }

  private NimbusJwtDecoder decoder(String keys, String audience) {
    NimbusJwtDecoder decoder =
        NimbusJwtDecoder.withJwkSetUri(keys)
            .jwsAlgorithms(
                taken -> taken.addAll(List.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256)))
            .validateType(false)
            .build();
    // RFC 9068 has its own type for access tokens; many providers have none.
    JwtTypeValidator type = new JwtTypeValidator("JWT", "at+jwt", "application/at+jwt");
    type.setAllowEmpty(true);
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<Jwt>(
            List.of(
                new JwtTimestampValidator(),
                new JwtIssuerValidator(issuer.toString()),
                type,
                token -> meantFor(audience, token))));
    return decoder;
  }

  private static OAuth2TokenValidatorResult meantFor(String audience, Jwt token) {
    List<String> told = token.getClaimAsStringList(JwtClaimNames.AUD);
    return told != null && told.contains(audience)
        ? OAuth2TokenValidatorResult.success()
        : OAuth2TokenValidatorResult.failure(
            new OAuth2Error(
                "invalid_token", "it is for %s, not for %s".formatted(told, audience), null));
  }

  private static String text(@Nullable JsonNode document, String field) {
    JsonNode value = document == null ? null : document.get(field);
    if (value == null || !value.isString()) {
      throw new RestClientException("the OpenID provider's answer has no %s".formatted(field));
    }
    return value.asString();
  }
}
