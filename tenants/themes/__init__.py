"""The codebook: what is said in free text, as themes that organisations share and may override."""
