namespace LogosActors.Channels.Tests.Sds.Bloom;

/// <summary>What Nim's string hashes make of some strings.</summary>
static class NimHashVectors
{
    /// <summary>js-waku <c>packages/sds/src/nim_hashn/nim_hash_test_vectors.json</c>: a string, the modulus, its hash, the hash with the suffix, and hashes 1, 2 and 5.</summary>
    public static TheoryData<string, int, int, int, int, int, int> Murmur => new()
    {
        { "hello", 100, 51, 74, 25, 99, 21 },
        { "hello", 1000, 351, 874, 225, 99, 721 },
        { "hello", 10000, 3351, 874, 4225, 5099, 7721 },
        { "", 100, 0, 8, 8, 16, 40 },
        { "", 1000, 0, 8, 8, 16, 40 },
        { "", 10000, 0, 6008, 6008, 2016, 40 },
        { "test123", 100, 27, 4, 31, 35, 47 },
        { "test123", 1000, 227, 404, 631, 35, 247 },
        { "test123", 10000, 6227, 4404, 631, 5035, 8247 },
        { "!@#$%^&*()", 100, 11, 72, 83, 55, 71 },
        { "!@#$%^&*()", 1000, 311, 172, 483, 655, 171 },
        { "!@#$%^&*()", 10000, 1311, 172, 1483, 1655, 2171 },
        { "Lorem ipsum dolor sit amet", 100, 70, 3, 73, 76, 85 },
        { "Lorem ipsum dolor sit amet", 1000, 970, 103, 73, 176, 485 },
        { "Lorem ipsum dolor sit amet", 10000, 9970, 103, 73, 176, 485 },
        { "αβγδε", 100, 66, 13, 79, 92, 31 },
        { "αβγδε", 1000, 366, 613, 979, 592, 431 },
        { "αβγδε", 10000, 5366, 6613, 1979, 8592, 8431 },
    };

    /// <summary>google/farmhash's <c>Fingerprint64</c> of <see cref="Text"/>s of these lengths: around every length at which it changes its ways.</summary>
    public static TheoryData<int, ulong> Farm => new()
    {
        { 0, 0x9ae16a3b2f90404f },
        { 1, 0xa3b260215ec8f116 },
        { 2, 0x9c9aab5646dd8dbc },
        { 3, 0xf79520f4c18b49eb },
        { 4, 0x4891d9d84a7d0aca },
        { 7, 0xde422d445ab33c48 },
        { 8, 0x7d1bde71e1ed6688 },
        { 16, 0x0f0272c0315b4dca },
        { 17, 0xeb80229837179801 },
        { 32, 0x64264fee68feb000 },
        { 33, 0x94110de8de940f55 },
        { 64, 0x1d133c4143302faa },
        { 65, 0x2972b0d1e8f271f9 },
        { 66, 0xd411ef3a08595b54 },
        { 127, 0x4b60c1e2aba995a5 },
        { 128, 0x1206bdb78c332a10 }, // of Nim's hashFarm: some ports of FarmHash are wrong at two whole blocks
        { 129, 0xb54e13a051157af5 },
        { 300, 0xcb375c0dced8e223 },
    };

    /// <summary>Digits and letters in an order that depends on the length.</summary>
    public static byte[] Text(int length) => [.. Enumerable.Range(0, length).Select(i => "abcdefghijklmnopqrstuvwxyz0123456789"u8[((i * 7) + length) % 36])];
}
