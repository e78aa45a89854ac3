/**
 * Who may do what: the operations of the API as its OpenAPI document lists them, the people and
 * machines that call them, and the filter that brings the two together.
 */
@NullMarked
package dev.archway.gateway.access;

import org.jspecify.annotations.NullMarked;
