"""What Sphinx does not bring: pages made from the library, figures drawn at build, MathML."""
