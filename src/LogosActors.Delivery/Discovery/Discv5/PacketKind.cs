namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>What a packet is: its flag (discv5 wire §Protocol Header).</summary>
internal enum PacketKind : byte
{
    /// <summary>A message of a session.</summary>
    Message = 0,

    /// <summary>WHOAREYOU: a packet was not understood, and who sent it shall prove who he is.</summary>
    WhoAreYou = 1,

    /// <summary>The proof, with a message in the new session.</summary>
    Handshake = 2,
}
