/* What the clients in C have in common: errors, clocks, chance, addresses. */
#ifndef CLIENT_H
#define CLIENT_H

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The processor time of this program in seconds. */
static inline double used(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* Splitmix64's function: a word that looks like chance. */
static uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* The next word of the sequence that `state` is in. */
static uint64_t next_word(uint64_t *state)
{
    return mixed(*state += 0x9e3779b97f4a7c15);
}

/* Messages, and the choice of connections: alike in every run. */
static uint64_t chance(void)
{
    static uint64_t state;

    return next_word(&state);
}

/* The address in IPV4:PORT. */
static struct sockaddr_in parse(char *text)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    char *colon = strchr(text, ':');

    if (colon == NULL)
        give_up(text);
    *colon = '\0';
    addr.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, text, &addr.sin_addr) != 1)
        give_up(text);
    *colon = ':';
    return addr;
}

#endif
